/// Something about the service that its operator has to know, because it will not mend itself.
package enum OperatorCondition: Hashable, Sendable {
    /// Deliveries to a destination were given up.
    case deadLetters(destination: String)
    /// A destination takes nothing for long.
    case destinationFailing(destination: String)
    /// Events are refused for want of space.
    case diskFilling
    /// The log has failed: nothing is taken any more.
    case logFailed
    /// The wall clock and the log's are apart.
    case clockAdrift
    /// The certificate of the public port will not be valid for long.
    case certificateEnding
    /// A site from which nothing comes where something always came.
    case siteSilent(site: String)

    /// Its name, in notices and rows; stable.
    package var name: String {
        switch self {
        case .deadLetters: "dead_letters"
        case .destinationFailing: "destination_failing"
        case .diskFilling: "disk_filling"
        case .logFailed: "log_failed"
        case .clockAdrift: "clock_adrift"
        case .certificateEnding: "certificate_ending"
        case .siteSilent: "site_silent"
        }
    }

    /// The destination or site it is about; empty for the service as a whole.
    package var subject: String {
        switch self {
        case .deadLetters(let destination), .destinationFailing(let destination): destination
        case .siteSilent(let site): site
        case .diskFilling, .logFailed, .clockAdrift, .certificateEnding: ""
        }
    }

    /// The condition of a name and a subject; nil if this version knows none of that name.
    package init?(name: String, subject: String) {
        switch name {
        case "dead_letters": self = .deadLetters(destination: subject)
        case "destination_failing": self = .destinationFailing(destination: subject)
        case "disk_filling": self = .diskFilling
        case "log_failed": self = .logFailed
        case "clock_adrift": self = .clockAdrift
        case "certificate_ending": self = .certificateEnding
        case "site_silent": self = .siteSilent(site: subject)
        default: return nil
        }
    }

    /// How long it must hold before anybody is told: what passes by itself needs no reader.
    package var patience: TimeSpan {
        switch self {
        case .deadLetters, .diskFilling, .logFailed, .certificateEnding: TimeSpan(microseconds: 0)
        case .clockAdrift: .minutes(2)
        case .destinationFailing, .siteSilent: .minutes(10)
        }
    }

    /// How long it must be over before that is told, so that what comes and goes is told once.
    package var calm: TimeSpan {
        switch self {
        case .logFailed, .certificateEnding: TimeSpan(microseconds: 0)
        case .deadLetters, .siteSilent: .minutes(1)
        case .destinationFailing, .diskFilling, .clockAdrift: .minutes(10)
        }
    }
}

/// What the operator is told of a condition: that it holds, once, and that it is over, once.
package struct OperatorNotice: Equatable, Sendable {
    /// What it is about.
    package var condition: OperatorCondition
    /// False when it begins, true when it is over.
    package var isOver: Bool
    /// When it began.
    package var since: Timestamp
    /// When it is told.
    package var time: Timestamp
    /// In words, with what to do.
    package var detail: String

    /// A notice.
    package init(condition: OperatorCondition, isOver: Bool, since: Timestamp, time: Timestamp, detail: String) {
        self.condition = condition
        self.isOver = isOver
        self.since = since
        self.time = time
        self.detail = detail
    }
}
