package dev.pointsman.dashboard;

/**
 * What every page's frame needs.
 *
 * @param title the document's title
 * @param base the gateway's base path, "" or starting with a slash
 * @param assets address of the static files, with their version in it
 * @param origin scheme, host and port as the visitor sees them
 * @param simulated whether the models are simulated
 * @param live whether the page shows moving figures and may refresh itself
 */
public record PageFrame(
    String title, String base, String assets, String origin, boolean simulated, boolean live) {}
