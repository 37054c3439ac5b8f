/** Stand-ins and whole routers for tests. */
package dev.pointsman.gateway.testing;
