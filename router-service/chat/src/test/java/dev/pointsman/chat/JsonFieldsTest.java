package dev.pointsman.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.chat.json.MalformedJsonException;
import org.junit.jupiter.api.Test;

final class JsonFieldsTest {

  private static JsonFields fields(String json) {
    try {
      return JsonFields.of("", Json.parse(json));
    } catch (MalformedJsonException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void rejectOthers_nearlyAKnownName_saysWhichWasMeant() {
    JsonFields fields = fields("{\"fuction_name\":\"f\"}");
    fields.text("function_name");
    fields.text("limit");
    assertThatExceptionOfType(FieldException.class)
        .isThrownBy(fields::rejectOthers)
        .withMessage(
            "unknown field `fuction_name` (did you mean `function_name`?): the body takes"
                + " function_name, limit");
  }

  @Test
  void rejectOthers_nothingNear_listsWhatIsKnown() {
    JsonFields fields = fields("{\"zzz\":1}");
    fields.text("limit");
    assertThatExceptionOfType(FieldException.class)
        .isThrownBy(fields::rejectOthers)
        .withMessage("unknown field `zzz`: the body takes limit");
  }

  @Test
  void any_manyNamesOfAFullObject_areToldApart() {
    ObjectNode body = Json.object();
    for (int i = 0; i < 200; i += 2) {
      body.put("name" + i, i);
    }
    JsonFields fields = JsonFields.of("", body);
    for (int i = 0; i < 200; i++) {
      assertThat(fields.has("name" + i)).isEqualTo(i % 2 == 0);
    }
    assertThat(fields.unread()).isEmpty();
  }

  @Test
  void unread_someAskedForTwice_leavesTheOthersInOrder() {
    JsonFields fields = fields("{\"b\":1,\"null\":null,\"a\":2,\"c\":3,\"given\":null}");
    assertThat(fields.has("a")).isTrue();
    fields.any("a");
    fields.any("null");
    fields.any("absent");
    fields.isGiven("given");
    assertThat(fields.unread()).containsExactly("b", "c");
  }

  @Test
  void isGiven_null_tellsItFromAbsent() {
    JsonFields fields = fields("{\"output\":null}");
    assertThat(fields.isGiven("output")).isTrue();
    assertThat(fields.has("output")).isFalse();
    assertThat(fields.isGiven("name")).isFalse();
  }

  @Test
  void requiredUuids_oneIsNone_namesItsPlace() {
    JsonFields fields = fields("{\"ids\":[\"01912345-6789-7abc-8def-0123456789ab\",\"7\"]}");
    assertThatExceptionOfType(FieldException.class)
        .isThrownBy(() -> fields.requiredUuids("ids"))
        .satisfies(e -> assertThat(e.path()).isEqualTo("ids[1]"));
  }
}
