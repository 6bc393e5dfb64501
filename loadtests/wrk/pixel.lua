-- A page view as a browser's image asks for it: a cookie, a referrer, a real user agent, a query of 300 bytes.
-- The visitors return, as most do: each of VISITORS comes again and again, on one of PAGES pages, under a new event id.
local visitors = tonumber(os.getenv("VISITORS") or "50000")
local pages = { "", "tarifs", "maintenance/contrats", "energie/audit", "actualites/2026/11/salon", "contact",
  "references/industrie", "carrieres", "maintenance/urgence", "energie/solaire" }
local agents = {
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
}
local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local cookies, tails, heads = {}, {}, {}
local counter, seed = 0, 1

local function digits(number, count)
  local text = {}
  for place = 1, count do
    local digit = number % 64
    text[place] = alphabet:sub(digit + 1, digit + 1)
    number = (number - digit) / 64
  end
  return table.concat(text)
end

function init(arguments)
  seed = tonumber(os.getenv("SEED") or "1")
  math.randomseed(seed)
  for index = 1, visitors do
    -- 128 bits in base64url; the last character carries two of them.
    cookies[index] = digits(index * 2654435761 % 281474976710656, 8) .. digits(index, 13) .. "A"
  end
  for index, page in ipairs(pages) do
    heads[index] = "GET " .. (os.getenv("PIXEL") or "/p.gif") .. "?site=www&url=https%3A%2F%2Fwww.example.com%2F"
      .. page:gsub("/", "%%2F") .. "%3Futm_source%3Dnewsletter%26utm_campaign%3Dnovembre"
      .. "&title=Maintenance%20industrielle%20-%20Ardoine&consent=granted&id="
    tails[index] = " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\nUser-Agent: " .. agents[index % 4 + 1]
      .. "\r\nAccept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
      .. "\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image"
      .. "\r\nReferer: https://www.example.com/" .. page
      .. "\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: fr-FR,fr;q=0.9,en;q=0.8\r\nCookie: "
      .. "_ga=GA1.1.1234567890.1700000000; theme=light; " .. (os.getenv("COOKIE") or "__Host-vnd") .. "="
  end
end

function request()
  counter = counter + 1
  local visitor = math.random(visitors)
  local page = math.random(#pages)
  return heads[page] .. digits(seed, 4) .. digits(counter, 8) .. ".1" .. tails[page] .. cookies[visitor] .. "\r\n\r\n"
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status, latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
