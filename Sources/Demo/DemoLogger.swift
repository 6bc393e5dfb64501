import Logging

extension Logger {
    /// The same logger for the HTTP servers, which call it an error when open connections end with the demonstration.
    var forServer: Logger {
        var logger = self
        logger.logLevel = .critical
        return logger
    }
}
