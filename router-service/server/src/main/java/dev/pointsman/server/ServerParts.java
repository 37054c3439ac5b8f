package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.control.ControlStore;
import dev.pointsman.dashboard.DashboardSettings;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.routing.ActivePolicies;
import dev.pointsman.routing.IdSource;
import dev.pointsman.worlds.WorldClock;
import java.time.InstantSource;
import java.util.List;

/** What is opened before the HTTP server and handed to its beans. */
record ServerParts(
    FunctionCatalog catalog,
    List<ActivePolicies> lastPolicies,
    EventLog eventLog,
    EventStore store,
    Drain drain,
    ControlStore control,
    IdSource ids,
    InstantSource clock,
    WorldClock worldClock,
    DashboardSettings dashboard,
    String node) {}
