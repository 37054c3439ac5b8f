/** Where events are kept and asked: drain, statistics, report queries, export. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.eventstore;
