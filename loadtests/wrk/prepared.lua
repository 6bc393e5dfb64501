-- Sends the requests of the file REQUESTS in turn (loadtests/traffic.py), each with an id of its own where it has marks.
local MARK = string.rep("@", 12)
local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local requests, counter, seed = {}, 0, ""

local function digits(number, count)
  local text = {}
  for place = 1, count do
    local digit = number % 64
    text[place] = alphabet:sub(digit + 1, digit + 1)
    number = (number - digit) / 64
  end
  return table.concat(text)
end

local function parts(request)
  local found, start = {}, 1
  while true do
    local first, last = request:find(MARK, start, true)
    found[#found + 1] = request:sub(start, (first or #request + 1) - 1)
    if not first then return found end
    start = last + 1
  end
end

function init(arguments)
  seed = digits(tonumber(os.getenv("SEED")), 4)
  local file = assert(io.open(os.getenv("REQUESTS"), "rb"))
  for line in file:lines() do
    requests[#requests + 1] = parts(file:read(tonumber(line)))
  end
  file:close()
end

function request()
  counter = counter + 1
  return table.concat(requests[counter % #requests + 1], seed .. digits(counter, 8))
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status, latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
