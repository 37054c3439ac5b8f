/** A real ClickHouse for tests, on loopback and without an installation. */
package dev.pointsman.eventstore.testing;
