package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.dashboard.testing.QueryServer;
import io.micronaut.web.router.Router;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The interface's description, which the router serves, names exactly what this module answers. */
final class OpenApiRoutesTest {

  private static Map<String, Object> description() throws Exception {
    return new Yaml().load(Files.readString(Path.of("../gateway/src/main/resources/openapi.yaml")));
  }

  @Test
  void openApi_listsExactlyTheRoutesOfQueriesDatasetsAndReports(@TempDir Path directory)
      throws Exception {
    Set<String> described = new TreeSet<>();
    ((Map<?, ?>) description().get("paths"))
        .forEach(
            (path, methods) ->
                ((Map<?, ?>) methods)
                    .forEach(
                        (method, operation) -> {
                          if (operation instanceof Map<?, ?> fields
                              && List.of("queries", "datasets", "reports")
                                  .containsAll((List<?>) fields.get("tags"))) {
                            described.add(method.toString().toUpperCase(Locale.ROOT) + " " + path);
                          }
                        }));
    Set<String> served = new TreeSet<>();
    try (QueryServer server = QueryServer.start(directory, List.of())) {
      server
          .bean(Router.class)
          .uriRoutes()
          .filter(route -> !route.getHttpMethodName().equals("HEAD"))
          .map(route -> route.getHttpMethodName() + " " + route.getUriMatchTemplate())
          .map(route -> route.replaceAll("\\{\\?[^}]*}", ""))
          .filter(route -> !route.contains(" /ui"))
          .forEach(served::add);
    }
    assertThat(described).isEqualTo(served);
  }

  @Test
  void openApi_everyReference_leadsSomewhere() throws Exception {
    Map<String, Object> description = description();
    Deque<Object> open = new ArrayDeque<>(List.of(description));
    while (!open.isEmpty()) {
      switch (open.pop()) {
        case Map<?, ?> fields -> {
          if (fields.get("$ref") instanceof String reference) {
            Object at = description;
            for (String part : reference.substring(2).split("/")) {
              at = at instanceof Map<?, ?> inner ? inner.get(part) : null;
            }
            assertThat(at).as(reference).isNotNull();
          }
          fields.values().stream().filter(java.util.Objects::nonNull).forEach(open::push);
        }
        case Collection<?> items -> items.forEach(open::push);
        default -> {}
      }
    }
  }
}
