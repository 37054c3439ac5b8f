package dev.pointsman.control;

import io.micronaut.context.ApplicationContextConfiguration;
import io.micronaut.context.DefaultApplicationContext;
import io.micronaut.inject.BeanDefinitionReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The repositories with what they need, and nothing else of the class path: opened inside a server,
 * it must not start the server's own beans a second time.
 */
final class ControlContext extends DefaultApplicationContext {

  private static final Set<String> PREFIXES =
      Set.of(
          "dev.pointsman.control.",
          "io.micronaut.data.",
          "io.micronaut.transaction.",
          "io.micronaut.configuration.jdbc.",
          "io.micronaut.jdbc.",
          "io.micronaut.context.",
          "io.micronaut.aop.",
          "io.micronaut.runtime.context.",
          "io.micronaut.runtime.converters.");

  ControlContext(ApplicationContextConfiguration configuration) {
    super(configuration);
  }

  @Override
  @SuppressWarnings("rawtypes") // as the overridden method has it
  protected List<BeanDefinitionReference> resolveBeanDefinitionReferences() {
    List<BeanDefinitionReference> kept = new ArrayList<>();
    for (BeanDefinitionReference reference : super.resolveBeanDefinitionReferences()) {
      String name = reference.getBeanDefinitionName();
      if (PREFIXES.stream().anyMatch(name::startsWith)) {
        kept.add(reference);
      }
    }
    return kept;
  }
}
