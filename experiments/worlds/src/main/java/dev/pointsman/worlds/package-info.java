/**
 * Simulated models and users with known truth. A {@link dev.pointsman.worlds.World} is the truth;
 * {@link dev.pointsman.worlds.SimulatedModel} answers by it and {@link
 * dev.pointsman.worlds.SimulatedUsers} ask and judge. Users know only what they read, so whatever
 * stands between the two has to carry prompts, answers and feedback for real. Nothing here reads a
 * clock or unseeded randomness.
 */
@org.jspecify.annotations.NullMarked
package dev.pointsman.worlds;
