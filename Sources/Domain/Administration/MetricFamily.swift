/// A metric with all its series, as Prometheus' text format groups them.
package struct MetricFamily: Equatable, Sendable {
    /// How its values behave.
    package enum Kind: String, Sendable {
        /// Only grows, from 0 at the start of the process.
        case counter
        /// Goes up and down.
        case gauge
        /// Cumulative buckets, with `_bucket`, `_sum` and `_count` series.
        case histogram
    }

    /// `vendange_…`, with its unit, and `_total` for counters.
    package var name: String
    package var kind: Kind
    /// One sentence.
    package var help: String
    package var samples: [MetricSample]

    /// A metric.
    package init(_ name: String, _ kind: Kind, help: String, samples: [MetricSample]) {
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }
}

/// A value of one series of a metric.
package struct MetricSample: Equatable, Sendable {
    /// A label of a series.
    package struct Label: Equatable, Sendable {
        package var name: String
        package var value: String

        /// A label.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is added to the family's name, for histograms; else empty.
    package var suffix: String
    package var labels: [Label]
    package var value: Double

    /// A value.
    package init(_ value: Double, labels: [Label] = [], suffix: String = "") {
        self.suffix = suffix
        self.labels = labels
        self.value = value
    }
}
