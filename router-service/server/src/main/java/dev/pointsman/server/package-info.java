/** The application: wiring, roles, command line. */
@org.jspecify.annotations.NullMarked
package dev.pointsman.server;
