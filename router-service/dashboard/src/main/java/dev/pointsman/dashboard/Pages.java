package dev.pointsman.dashboard;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import jakarta.inject.Singleton;
import java.util.Map;

/** Renders the pages, which are compiled with the build. */
@Singleton
final class Pages {

  private final TemplateEngine engine =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, null, "dev.pointsman.dashboard.pages");

  String render(String page, Map<String, Object> parameters) {
    StringOutput output = new StringOutput(32_768);
    engine.render(page + ".jte", parameters, output);
    return output.toString();
  }
}
