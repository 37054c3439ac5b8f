package dev.pointsman.catalog;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.UnknownTokenException;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.loader.ResourceNotFoundException;
import com.hubspot.jinjava.objects.serialization.PyishSerializable;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.util.HasObjectTruthValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * MiniJinja's language on Jinjava, bounded so that no template can hang or exhaust a process: 4 MB
 * of output, 20 levels, ranges of 10,000, no recursion in macros, and what a value says is never
 * itself taken for a template.
 */
final class TemplateLanguage {

  private static final JinjavaConfig CONFIG =
      JinjavaConfig.newBuilder()
          .withFailOnUnknownTokens(true)
          .withNestedInterpretationEnabled(false)
          .withKeepTrailingNewline(true)
          .withMaxOutputSize(4_000_000)
          .withMaxStringLength(4_000_000)
          .withMaxRenderDepth(20)
          .withMaxListSize(100_000)
          .withMaxMapSize(100_000)
          .withRangeLimit(10_000)
          .withEnableRecursiveMacroCalls(false)
          .withLegacyOverrides(
              LegacyOverrides.newBuilder()
                  .withUsePyishObjectMapper(true)
                  .withIterateOverMapKeys(true)
                  .withUseNaturalOperatorPrecedence(true)
                  .build())
          .build();

  private static final TemplateLanguage WITHOUT_INCLUDES = new TemplateLanguage(_ -> null);

  /** What the template that is being rendered may include. */
  private static final ScopedValue<Function<String, @Nullable String>> INCLUDES =
      ScopedValue.newInstance();

  private final Function<String, @Nullable String> includes;

  /**
   * A language whose templates may include others.
   *
   * @param includes gives the source of a template by the path it has in the configuration; null
   *     when there is none
   */
  TemplateLanguage(Function<String, @Nullable String> includes) {
    this.includes = includes;
  }

  /** The engine is slow to set up, so there is one, and none before the first template. */
  private static final class Engine {
    static final Jinjava JINJAVA = jinjava();

    private static Jinjava jinjava() {
      Jinjava jinjava = new Jinjava(CONFIG);
      jinjava.setResourceLocator(
          (name, encoding, interpreter) -> {
            String source = INCLUDES.isBound() ? INCLUDES.get().apply(name) : null;
            if (source == null) {
              throw new ResourceNotFoundException(
                  "'%s' is not among the configured templates".formatted(name));
            }
            return source;
          });
      jinjava.getGlobalContext().registerExpTest(new NoneTest());
      return jinjava;
    }
  }

  static TemplateLanguage withoutIncludes() {
    return WITHOUT_INCLUDES;
  }

  Compiled compile(String name, String source) {
    String text = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
    JinjavaInterpreter interpreter =
        new JinjavaInterpreter(
            Engine.JINJAVA, new Context(Engine.JINJAVA.getGlobalContext()), CONFIG);
    Node root;
    JinjavaInterpreter.pushCurrent(interpreter);
    try {
      root = interpreter.parse(text);
    } catch (InterpretException e) {
      throw new IllegalArgumentException(
          "template '%s', line %d: %s".formatted(name, e.getLineNumber(), e.getMessage()), e);
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException("template '%s' is nested too deeply".formatted(name), e);
    } finally {
      JinjavaInterpreter.popCurrent();
    }
    failOnErrors(name, interpreter.getErrors());
    return new Compiled(name, root);
  }

  private static void failOnErrors(String name, List<TemplateError> errors) {
    if (!errors.isEmpty()) {
      TemplateError error = errors.getFirst();
      throw new IllegalArgumentException(
          "template '%s', line %d: %s".formatted(name, error.getLineno(), readable(error)));
    }
  }

  private static String readable(TemplateError error) {
    String message = error.getMessage() == null ? "unknown error" : error.getMessage();
    String unknown = "UnknownTokenException: Unknown token found: ";
    if (message.startsWith(unknown)) {
      return "'%s' is not given, or is a filter that does not exist"
          .formatted(message.substring(unknown.length()));
    }
    return message.replaceFirst("^[A-Za-z]*Exception: ", "");
  }

  /** A value as templates see it. */
  static Object value(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Object> map = LinkedHashMap.newLinkedHashMap(node.size());
        node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
        yield map;
      }
      case ARRAY -> {
        List<Object> list = new ArrayList<>(node.size());
        node.forEach(item -> list.add(value(item)));
        yield list;
      }
      case NUMBER ->
          node.isIntegralNumber() && node.canConvertToLong()
              ? node.longValue()
              : (Object) node.doubleValue();
      case BOOLEAN -> node.booleanValue();
      case STRING -> node.textValue();
      case NULL, MISSING, BINARY, POJO -> None.NONE;
    };
  }

  /** JSON's null: given, but nothing; a Java null would count as not given. */
  private static final class None implements HasObjectTruthValue, PyishSerializable {
    static final None NONE = new None();

    @JsonValue
    @Nullable Object json() {
      return null;
    }

    @Override
    public <T extends Appendable & CharSequence> T appendPyishString(T appendable)
        throws IOException {
      appendable.append(toString());
      return appendable;
    }

    @Override
    public boolean getObjectTruthValue() {
      return false;
    }

    @Override
    public String toString() {
      return "none";
    }
  }

  /** {@code x is none}. */
  private static final class NoneTest implements ExpTest {
    @Override
    public String getName() {
      return "none";
    }

    @Override
    public boolean evaluate(
        @Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
      return value == null || value == None.NONE;
    }
  }

  /** A template that was parsed. */
  final class Compiled {
    private final String name;
    private final Node root;

    private Compiled(String name, Node root) {
      this.name = name;
      this.root = root;
    }

    String render(Map<String, Object> variables) {
      return ScopedValue.where(INCLUDES, includes).call(() -> renderBound(variables));
    }

    private String renderBound(Map<String, Object> variables) {
      JinjavaInterpreter interpreter =
          new JinjavaInterpreter(
              Engine.JINJAVA, new Context(Engine.JINJAVA.getGlobalContext(), variables), CONFIG);
      JinjavaInterpreter.pushCurrent(interpreter);
      try {
        String text = interpreter.render(root, true);
        failOnErrors(name, interpreter.getErrors());
        return text;
      } catch (IllegalArgumentException e) {
        throw e;
      } catch (UnknownTokenException e) {
        throw new IllegalArgumentException(
            "template '%s', line %d: '%s' is not given, or is a filter that does not exist"
                .formatted(name, e.getLineNumber(), e.getToken()),
            e);
      } catch (InterpretException e) {
        failOnErrors(name, interpreter.getErrors());
        throw new IllegalArgumentException(
            "template '%s', line %d: %s".formatted(name, e.getLineNumber(), e.getMessage()), e);
      } catch (RuntimeException | StackOverflowError e) {
        failOnErrors(name, interpreter.getErrors());
        throw new IllegalArgumentException(
            "template '%s' failed: %s".formatted(name, e.getMessage()), e);
      } finally {
        JinjavaInterpreter.popCurrent();
      }
    }
  }
}
