/** The query surfaces on real stores, for tests. */
package dev.pointsman.dashboard.testing;
