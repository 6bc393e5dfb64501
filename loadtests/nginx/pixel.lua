-- The classic scoring pixel: the state our fold keeps, in Redis, with one pipeline a request.
-- Per visitor: balance of the group with its decay (read, then written), last seen, counts, the last 8 pages.
local redis = require "nginx.redis"
local GIF = ngx.decode_base64("R0lGODlhAQABAIAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
local POINTS = { ["/tarifs"] = 15 }
local HALF_LIFE = 30 * 86400

function pixel()
  local arguments = ngx.req.get_uri_args()
  local visitor = ngx.var.cookie_vnd or "none"
  local path = (arguments.url or ""):match("^https?://[^/]+([^?#]*)") or "/"
  local points = POINTS[path] or (path:find("^/maintenance/") and 5) or 1
  local now = ngx.now()
  local connection = redis:new()
  connection:set_timeouts(1000, 1000, 1000)
  assert(connection:connect("unix:" .. SOCKET))
  local key = "v:" .. visitor
  local known = assert(connection:hmget(key, "web", "at"))
  local balance, at = tonumber(known[1]) or 0, tonumber(known[2]) or now
  balance = math.min(100, balance * 2 ^ (-(now - at) / HALF_LIFE) + points)
  connection:init_pipeline(4)
  connection:hset(key, "web", balance, "at", now, "seen", now)
  connection:hincrby(key, "views", 1)
  connection:lpush("p:" .. visitor, path)
  connection:ltrim("p:" .. visitor, 0, 7)
  assert(connection:commit_pipeline())
  connection:set_keepalive(60000, 512)
  ngx.header["Content-Type"] = "image/gif"
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(GIF)
end
