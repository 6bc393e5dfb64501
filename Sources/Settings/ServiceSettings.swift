package import Domain

/// Everything the service reads at its start. The defaults are those of `config/vendange.yaml`.
///
/// Paths of files are relative to the working directory.
package struct ServiceSettings: Equatable, Sendable {
    /// Where log, catalog, checkpoints and keys live. Default `data`.
    package var dataDirectory = "data"
    /// How much is logged. Default `info`.
    package var logLevel = LogLevel.info
    /// Threads that fold; 0 for one per core. 0…256, default 0.
    package var workers = 0
    /// The scoring model that is published at the first start. Default `config/model.b2b.yaml`.
    package var modelFile = "config/model.b2b.yaml"
    /// The keys that sign tokens; empty for `keys.yaml` in the data directory. Default empty. See ``keyFilePath``.
    package var keyFile = ""
    /// The port for the world.
    package var publicListener = PublicListener()
    /// The port for people and programs of the company.
    package var privateListener = PrivateListener()
    /// Whose word is taken for a client's address.
    package var proxies = Proxies()
    /// The event log.
    package var log = Log()
    /// Where notifications go; none by default. Only in the file.
    package var destinations: [Destination] = []
    /// Sites created at the first start, numbered 0 until the catalog numbers them; none by default. Only in the file.
    package var sites: [Site] = []

    /// The defaults.
    package init() {}

    /// What is valid and yet fit for trying out alone, in sentences.
    package var warnings: [String] {
        guard !self.publicListener.baseURL.hasPrefix("https:") else { return [] }
        let base = "public.base_url \(self.publicListener.baseURL) is not https: "
        return self.publicListener.hasSecureCookies
            ? [base + "browsers do not keep the visitor's cookie, so nobody is recognised on the next page"]
            : [base + "cookies are set without Secure, which is for trying out on this machine only"]
    }

    /// Where the token keys are.
    package var keyFilePath: String { self.keyFile.isEmpty ? self.dataDirectory + "/keys.yaml" : self.keyFile }

    /// How much is logged, from most to least.
    package enum LogLevel: String, Sendable, CaseIterable {
        /// Everything, for developers.
        case trace
        /// Details of what is done.
        case debug
        /// What an operator wants to read back.
        case info
        /// What is unusual and all right.
        case notice
        /// What will need attention.
        case warning
        /// What failed.
        case error
        /// What stops the service.
        case critical
    }

    /// The port for browsers and mail clients.
    package struct PublicListener: Equatable, Sendable {
        /// The address it listens on. Default `0.0.0.0`.
        package var host = "0.0.0.0"
        /// The TCP port, 0…65535; 0 lets the system choose. Default 8080.
        package var port = 8_080
        /// Threads that receive, 0…256; 0 for one per core. Default 0.
        package var loops = 0
        /// Scheme, host and port as the world sees them; links and pixels are built on it. Default
        /// `http://localhost:8080`.
        package var baseURL = "http://localhost:8080"
        /// What stands in front of all public paths: empty, or `/…` without a slash at its end. Default empty.
        package var pathPrefix = ""
        /// The visitor's cookie, without `__Host-`, which is put in front where there is no domain. Default `vnd`.
        package var cookieName = "vnd"
        /// The domain the cookie is shared in; empty for the one host only. Default empty.
        package var cookieDomain = ""
        /// The PEM file of the certificate with those that vouch for it; empty for plain HTTP. Default empty.
        package var certificateFile = ""
        /// The PEM file of the certificate's private key; empty for plain HTTP. Default empty.
        package var certificateKeyFile = ""
        /// Events a second that one address may send in the long run, on each event loop; 0 for no limit.
        /// 0…1,000,000, default 50.
        package var eventsPerSecond = 50
        /// Events that one address may send at once after a pause. At least ``Limits/eventsPerRequest``, or a full
        /// request could never be taken; at most 1,000,000, default 2,000.
        package var eventBurst = 2_000

        /// The defaults.
        package init() {}

        /// Whether cookies carry `Secure`: always, but for plain http on this very machine, where it is for trying
        /// out only and a browser may refuse such cookies.
        package var hasSecureCookies: Bool { self.baseURL.hasPrefix("https:") || !self.isLoopback }

        /// Whether the port speaks TLS.
        package var hasTLS: Bool { !self.certificateFile.isEmpty }

        private var isLoopback: Bool {
            let host = SettingGrammar.host(ofOrigin: self.baseURL).lowercased()
            return host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]"
                || host.hasPrefix("127.") && NetworkText.isAddressV4(host[...])
        }
    }

    /// The port for console, API and metrics.
    package struct PrivateListener: Equatable, Sendable {
        /// The address it listens on. Default `127.0.0.1`.
        package var host = "127.0.0.1"
        /// The TCP port, 0…65535; 0 lets the system choose. Default 8081.
        package var port = 8_081
        /// Names a request's `Host` may carry, without port, lower case: what keeps another site's page from reaching
        /// this port through a browser. Default `localhost`, `127.0.0.1`, `[::1]`.
        package var allowedHosts = ["localhost", "127.0.0.1", "[::1]"]
        /// Scheme, host and port as salespeople reach it; the links of notifications are built on it. Empty for ``host``
        /// and ``port``. Default empty. See ``address``.
        package var baseURL = ""
        /// Whether `/metrics` needs a key with the scope `read`. Default false.
        package var metricsNeedKey = false

        /// What its addresses begin with: ``baseURL``, else host and port, and this machine where those name no host.
        package var address: String {
            if !self.baseURL.isEmpty { return self.baseURL }
            let isEverywhere = ["0.0.0.0", "::", "[::]"].contains(self.host)
            let host = isEverywhere ? "localhost" : self.host
            return "http://" + (host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host) + ":\(self.port)"
        }

        /// ``allowedHosts`` and the host of ``baseURL``.
        package var acceptedHosts: [String] {
            guard let scheme = self.baseURL.firstRange(of: "://") else { return self.allowedHosts }
            let authority = self.baseURL[scheme.upperBound...].lowercased()
            let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : nil
            let host = authority[..<(end ?? authority.firstIndex(of: ":") ?? authority.endIndex)]
            return self.allowedHosts + [String(host)]
        }

        /// The defaults.
        package init() {}
    }

    /// Reverse proxies in front of the public port.
    package struct Proxies: Equatable, Sendable {
        /// Networks (CIDR) of the proxies; the header counts only from them. None by default.
        package var trusted: [String] = []
        /// The header that carries the client's address; no other is read. Default `X-Forwarded-For`.
        package var header = ProxyHeader.forwardedFor

        /// The defaults.
        package init() {}
    }

    /// The event log's files.
    package struct Log: Equatable, Sendable {
        /// Bytes of a segment file, 8 MiB…1 GiB. Default 64 MiB.
        package var segmentBytes = Limits.segmentBytes
        /// Days an event is kept, 1…3650. Default 760: 25 months.
        package var retentionDays = 760

        /// The defaults.
        package init() {}
    }
}
