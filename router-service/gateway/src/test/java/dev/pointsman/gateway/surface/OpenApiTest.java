package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.testing.RouterUnderTest;
import io.micronaut.web.router.Router;
import java.io.InputStream;
import java.nio.file.Path;
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
                methods.keySet().forEach(m -> described.add(m.toUpperCase() + " " + path)));
    // The feedback module serves these two.
    described.removeIf(route -> route.endsWith("/feedback"));
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
}
