-- Arguments: the file of prepared requests, and how many of them were asked before.
-- At the end one line of JSON for driving.py.
local requests, at = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for one in file:read("*a"):gmatch("(.-\r\n\r\n)") do requests[#requests + 1] = one end
  file:close()
  at = tonumber(arguments[2]) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'SUMMARY {"requests":%d,"bytes":%d,"microseconds":%d,"refused":%d,"failed":%d,"longest":%d}\n',
    summary.requests, summary.bytes, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency.max))
end
