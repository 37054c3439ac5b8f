/**
 * Where events are kept and asked: the embedded store and its drain, the statistics that learning
 * and reports read, the queries behind pages and API, and export. All SQL about events is here, as
 * resources.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.eventstore;
