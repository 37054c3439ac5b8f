package dev.pointsman.dashboard;

/**
 * What the dashboard must be told by the application.
 *
 * @param base the gateway's base path, "" or starting with a slash
 * @param simulated whether the models are simulated, which every page then says
 */
public record DashboardSettings(String base, boolean simulated) {}
