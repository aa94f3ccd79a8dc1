-- What wrk says at its end, for a program. Only `done` is ours: per request nothing is run, so that wrk stays itself.
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"answers":%d,"bytes":%d,"microseconds":%d,"errors":%d,"p99_microseconds":%d}\n',
        summary.requests, summary.bytes, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout, latency:percentile(99)))
end
