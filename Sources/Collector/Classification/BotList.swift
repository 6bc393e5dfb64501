import Domain

/// User agents of programs: search engines, monitors, previews, libraries.
///
/// Our own table of words, compared without case anywhere in the user agent. It is meant for pages and clicks, not
/// for mail opens, whose image proxies every such list takes for robots. What it calls a robot is answered like
/// everybody else; the verdict goes into the record together with ``version``.
enum BotList {
    /// Grows with every change of the table.
    static let version: UInt16 = 1

    /// Whether a user agent names a program.
    static func matches(_ agent: UnsafeRawBufferPointer) -> Bool {
        let count = min(agent.count, Limits.agentBytes)
        for start in 0..<count {
            let first = Octets.lowercased(agent[start])
            guard first &- UInt8(ascii: "a") < 26 else { continue }
            let rest = UnsafeRawBufferPointer(rebasing: agent[start..<count])
            for word in Self.byFirstLetter[Int(first - UInt8(ascii: "a"))]
            where Octets.hasPrefix(rest, ignoringCase: word) && !Self.isPhone(agent, at: start) {
                return true
            }
        }
        return false
    }

    /// CUBOT makes telephones.
    private static func isPhone(_ agent: UnsafeRawBufferPointer, at start: Int) -> Bool {
        start >= 2 && Octets.hasPrefix(UnsafeRawBufferPointer(rebasing: agent[(start - 2)...]), ignoringCase: "cubot")
    }

    private static let byFirstLetter: [[StaticString]] = {
        var table = [[StaticString]](repeating: [], count: 26)
        for word in Self.words { table[Int(word.utf8Start[0] - UInt8(ascii: "a"))].append(word) }
        return table
    }()

    /// In lower case, each starting with a letter.
    static let words: [StaticString] = [
        // What nearly all of them call themselves.
        "bot", "crawl", "spider", "slurp", "scrap", "archiver", "fetcher", "checker", "validator", "monitor",
        "scanner", "indexer", "harvest", "headless", "preview", "extractor", "analyzer", "verifier", "aggregator",
        // Browsers under control.
        "phantomjs", "slimerjs", "selenium", "webdriver", "puppeteer", "playwright", "cypress", "nightmare",
        "prerender", "rendertron", "lighthouse", "pagespeed", "gtmetrix", "webpagetest", "ptst/", "htmlunit",
        "zombie.js", "jsdom",
        // Libraries and command lines.
        "python-", "aiohttp", "httpx/", "urllib", "mechanize", "go-http-client", "go-resty", "fasthttp", "colly",
        "curl", "wget", "libwww", "lwp-", "lwp::", "java/", "jakarta", "httpclient", "okhttp", "unirest", "jersey/",
        "node-fetch", "node.js", "undici", "axios", "superagent", "needle/", "php/", "guzzle", "symfony",
        "wordpress/", "drupal", "ruby", "faraday", "typhoeus", "httparty", "rest-client", "reqwest", "hyper/",
        "actix", "perl", "dart/", "dart:io", "winhttp", "powershell", "postman", "insomnia", "httpie", "restsharp",
        "aria2", "axel/", "lynx/", "links (", "w3m/", "elinks", "http_request", "http-request", "httrack",
        "webcopier", "webzip", "teleport", "offline explorer", "siteexplorer",
        // Search engines and archives that do not say "bot".
        "mediapartners", "apis-google", "google-read-aloud", "google-inspectiontool", "google-site-verification",
        "google-safety", "googleother", "google-extended", "google favicon", "sogou web", "sogou inst",
        "ia_archiver", "heritrix", "nutch", "wayback", "archive.org", "arquivo", "yeti/", "naver", "coccoc",
        "qwantify",
        // Models and their makers.
        "anthropic", "claude-", "openai", "chatgpt-user", "perplexity", "cohere-ai", "meta-external", "petalsearch",
        // Previews in messengers and networks.
        "facebookexternalhit", "facebookcatalog", "whatsapp/", "slack-imgproxy", "pinterest/", "vkshare", "flipboard",
        "embedly", "iframely", "snapchat url",
        // Monitors and trade.
        "pingdom", "uptime", "statuscake", "site24x7", "newrelic", "datadog", "dynatrace", "catchpoint", "nagios",
        "zabbix", "check_http", "better stack", "hetrix", "freshping", "nodeping", "ahrefs", "semrush", "majestic",
        "moz.com", "screaming frog", "sitebulb", "oncrawl", "lumar", "serpstat", "dataforseo", "builtwith",
        "wappalyzer", "netcraft", "censys", "shodan", "zgrab", "masscan", "nmap", "nikto", "sqlmap", "nuclei",
        "wpscan", "expanse", "internet-measurement", "qualys", "detectify", "virustotal", "urlscan", "barracuda",
        "proofpoint", "mimecast", "trendmicro", "bitdefender", "safebrowsing", "feedly", "feedbin", "inoreader",
        "newsblur", "tiny tiny rss", "w3c_", "w3c-", "xenu",
    ]
}
