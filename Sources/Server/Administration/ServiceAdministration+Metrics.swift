import Collector
import Delivery
package import Domain
import ScoreStore

extension ServiceAdministration {
    package func metrics() async -> [MetricFamily] {
        let status = self.statusNow(countsProvisional: false)
        return self.outcomeMetrics(status.outcomes) + self.collectorMetrics() + self.certificateMetrics
            + self.logMetrics(status.log) + self.storeMetrics(status.store) + (await self.backlogMetrics())
            + self.attemptMetrics()
    }

    private func outcomeMetrics(_ outcomes: StatusView.OutcomesView) -> [MetricFamily] {
        [
            .counter("vendange_events_received_total", "Events that came in and were decided on.", outcomes.received),
            .counter("vendange_events_accepted_total", "Events that were taken into the log.", outcomes.accepted),
            .counters("vendange_events_rejected_total", "Events that were refused.", "reason", outcomes.rejected),
            .counters("vendange_events_declined_total", "Events a person refused.", "reason", outcomes.declined),
            .gauge(
                "vendange_log_events_accepted",
                "Events accepted over the log's life.",
                Double(outcomes.acceptedTotal)
            ),
            .gauge("vendange_log_events_scored", "Of these, events that count for scores.", Double(outcomes.scored)),
            .gauge(
                "vendange_log_events_counted",
                "Of these, events that count for audience figures.",
                Double(outcomes.counted)
            ),
            MetricFamily(
                "vendange_log_events_filtered",
                .gauge,
                help: "Of these, events that were kept out.",
                samples: MetricFamily.samples("reason", outcomes.filtered)
            ),
            .gauge("vendange_log_events_pending", "Of these, events not folded yet.", Double(outcomes.pending)),
        ]
    }

    private func collectorMetrics() -> [MetricFamily] {
        let counters = self.collectorCounters()
        return [
            .counter("vendange_collector_requests_total", "Requests of the public port.", counters.requests),
            .counter("vendange_collector_refused_total", "Events refused for now: sent again.", counters.refused),
            .counter("vendange_collector_limited_total", "Events over a client's rate: sent again.", counters.limited),
            .counter("vendange_collector_opens_lost_total", "Mail opens the log did not take.", counters.opensLost),
            .counter("vendange_collector_clicks_lost_total", "Clicks the log did not take.", counters.clicksLost),
            .counters(
                "vendange_fields_dropped_total",
                "Optional fields left out of accepted events because they could not be used.",
                "field",
                Dictionary(counters.droppedFields.map { ("\($0.text)", $1) }) { first, _ in first }
            ),
            .counter("vendange_collector_bad_tokens_total", "Tokens that are not ours.", counters.badTokens),
            .counter(
                "vendange_collector_connections_refused_total",
                "Connections closed because there were too many.",
                counters.connectionsRefused
            ),
            .counter(
                "vendange_collector_handed_over_total",
                "Connections that went on with the standard pipeline.",
                counters.handedOver
            ),
        ]
    }

    private var certificateMetrics: [MetricFamily] {
        guard let end = self.certificateEnd() else { return [] }
        let help = "When the public port's certificate ends, since 1970."
        return [.gauge("vendange_certificate_expiry_seconds", help, Double(end.microseconds) / 1_000_000)]
    }

    private func logMetrics(_ log: StatusView.LogView) -> [MetricFamily] {
        let backlog = log.folded > log.applied ? log.folded - log.applied : 0
        var families: [MetricFamily] = [
            .gauge("vendange_log_start_records", "Offset of the oldest record held.", Double(log.start)),
            .gauge("vendange_log_end_records", "Offset behind the last durable record.", Double(log.end)),
            .gauge("vendange_log_folded_records", "Everything below is in the store.", Double(log.folded)),
            .gauge("vendange_log_applied_records", "Everything below is in the catalog.", Double(log.applied)),
            .gauge(
                "vendange_log_checkpointed_records",
                "Everything below is in a checkpoint.",
                Double(log.checkpointed)
            ),
            .gauge("vendange_effects_backlog_records", "Folded records not in the catalog yet.", Double(backlog)),
            .gauge("vendange_log_lag_seconds", "Age of the oldest record that is not folded.", log.lagSeconds),
            .gauge("vendange_log_takes_events", "1 if events are taken.", log.state == "open" ? 1 : 0),
            .gauge(
                "vendange_log_clock_adrift",
                "1 if the wall clock was stepped away from the log's time.",
                log.isClockAdrift ? 1 : 0
            ),
            .gauge(
                "vendange_canary_age_seconds",
                "Time since a canary came out of the store.",
                Double(self.canaryAge.microseconds) / 1_000_000
            ),
            .gauge("vendange_scorer_failed", "1 if the scorer has stopped.", self.core.scorerFailure == nil ? 0 : 1),
            .gauge(
                "vendange_catalog_failed",
                "1 if the last commit of the catalog failed.",
                self.core.pump.failure == nil ? 0 : 1
            ),
        ]
        if let free = log.freeBytes {
            families.append(.gauge("vendange_disk_free_bytes", "Free space of the data directory.", Double(free)))
        }
        return families
    }

    private func storeMetrics(_ store: StatusView.StoreView) -> [MetricFamily] {
        [
            .gauge("vendange_store_visitors", "Visitors remembered.", Double(store.visitors)),
            .gauge("vendange_store_contacts", "Contacts remembered.", Double(store.contacts)),
            .gauge(
                "vendange_start_time_seconds",
                "When the service started, since 1970.",
                Double(self.started.microseconds) / 1_000_000
            ),
        ]
    }

    private func backlogMetrics() async -> [MetricFamily] {
        guard let backlogs = try? await self.backlogs() else { return [] }
        let family = { (name: String, help: String, value: (DestinationBacklog) -> Double) in
            MetricFamily(
                name,
                .gauge,
                help: help,
                samples: backlogs.map {
                    MetricSample(value($0), labels: [MetricSample.Label("destination", $0.destination)])
                }
            )
        }
        let now = self.now
        return [
            family("vendange_deliveries_pending", "Deliveries that wait.") { Double($0.pending) },
            family("vendange_deliveries_dead", "Deliveries given up.") { Double($0.dead) },
            family("vendange_deliveries_oldest_seconds", "Age of the oldest delivery that waits.") { backlog in
                backlog.oldest.map { max(0, Double(now.since($0).microseconds) / 1_000_000) } ?? 0
            },
        ]
    }

    private func attemptMetrics() -> [MetricFamily] {
        let counters = self.deliveryCounters()
        let family = { (name: String, help: String, value: (DeliveryCounters) -> UInt64) in
            MetricFamily.counters(name, help, "destination", counters.mapValues(value))
        }
        return [
            family("vendange_delivery_attempts_delivered_total", "Attempts the destination took.") { $0.delivered },
            family("vendange_delivery_attempts_failed_total", "Attempts that failed and are made again.") {
                $0.retried
            },
            family("vendange_delivery_attempts_dead_total", "Attempts after which the delivery was given up.") {
                $0.dead
            },
        ]
    }
}

extension MetricFamily {
    fileprivate static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, samples: [MetricSample(value)])
    }

    fileprivate static func counter(_ name: String, _ help: String, _ value: UInt64) -> MetricFamily {
        MetricFamily(name, .counter, help: help, samples: [MetricSample(Double(value))])
    }

    fileprivate static func counters(
        _ name: String,
        _ help: String,
        _ label: String,
        _ values: [String: UInt64]
    ) -> MetricFamily {
        MetricFamily(name, .counter, help: help, samples: Self.samples(label, values))
    }

    fileprivate static func samples(_ label: String, _ values: [String: UInt64]) -> [MetricSample] {
        values.sorted { $0.key < $1.key }.map { name, value in
            MetricSample(Double(value), labels: [MetricSample.Label(label, name)])
        }
    }
}
