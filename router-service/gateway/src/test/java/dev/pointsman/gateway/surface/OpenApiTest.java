package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.testing.RouterUnderTest;
import io.micronaut.web.router.Router;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

final class OpenApiTest {

  @TempDir Path directory;

  @Test
  void openApi_listsExactlyTheRoutes() throws Exception {
    Map<String, Map<String, Map<String, Object>>> page;
    try (InputStream in = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
      page = new Yaml().load(in);
    }
    Set<String> described = new TreeSet<>();
    page.get("paths")
        .forEach(
            (path, methods) ->
                methods.forEach(
                    (method, operation) -> {
                      // What other modules serve is held to their routes beside them.
                      if (List.of("inference", "operations").containsAll(tags(operation))) {
                        described.add(method.toUpperCase(Locale.ROOT) + " " + path);
                      }
                    }));
    Set<String> served = new TreeSet<>();
    try (RouterUnderTest router =
        RouterUnderTest.start(
            directory,
            """
            [functions.f]
            type = "chat"
            [functions.f.variants.v]
            type = "chat_completion"
            model = "dummy::good"
            """)) {
      router
          .bean(Router.class)
          .uriRoutes()
          .filter(route -> !route.getHttpMethodName().equals("HEAD"))
          .forEach(
              route -> served.add(route.getHttpMethodName() + " " + route.getUriMatchTemplate()));
    }

    assertThat(described).isEqualTo(served);
  }

  /** Parameters that all methods of a path share stand among them. */
  private static List<?> tags(Object operation) {
    return operation instanceof Map<?, ?> fields
        ? (List<?>) fields.get("tags")
        : List.of("parameters");
  }
}
