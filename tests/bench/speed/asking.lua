-- Arguments: "same", or the file with a path a line and the line to begin after.
-- At the end one line of JSON for driving.py.
local paths, at = {}, 0

function init(arguments)
  if arguments[1] == "same" then return end
  for line in io.lines(arguments[1]) do paths[#paths + 1] = line end
  at = tonumber(arguments[2]) % #paths
  -- wrk makes the one request of the address once, unless there is such a function.
  request = function()
    at = at % #paths + 1
    return wrk.format(nil, paths[at])
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'SUMMARY {"requests":%d,"bytes":%d,"microseconds":%d,"refused":%d,"failed":%d,"longest":%d}\n',
    summary.requests, summary.bytes, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency.max))
end
