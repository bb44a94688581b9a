package dev.millrace.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClassIndicesTest {

  private final FakeTopic topic = new FakeTopic();
  private final ClassIndices indices = indices();

  private ClassIndices indices() {
    return new ClassIndices(Map.of(), Map.of(), "small", topic);
  }

  @Test
  void change_writesBesideTheChampion() {
    String champion = "{\"champion\":{\"version\":1}}";
    topic.committed("small", champion);

    assertThat(indices.read()).isEmpty();
    assertThat(
            indices.change(
                before -> {
                  assertThat(before).isEmpty();
                  return List.of("dog", "cat");
                }))
        .containsExactly("dog", "cat");
    assertThat(topic.values()).containsExactly(champion, "{\"classes\":[\"dog\",\"cat\"]}");
    assertThat(indices().read()).containsExactly("dog", "cat");
    try (ControlReader reader = new ControlReader(Map.of(), "small", topic, () -> 0)) {
      assertThat(reader.readToEnd()).contains(new Champion(1, null, false));
    }
    assertThat(topic.allClosed()).isTrue();
  }

  @Test
  void changes_ofTwoTrainers_areNotMixed() {
    indices.change(before -> List.of("cat"));

    assertThatExceptionOfType(ConcurrentChangeException.class)
        .isThrownBy(
            () ->
                indices.change(
                    before -> {
                      indices().change(others -> List.of("cat", "dog"));
                      return List.of("cat", "ape");
                    }));
    assertThat(indices.read()).containsExactly("cat", "dog");
  }

  @Test
  void invalidRecord_isSkipped() {
    indices.change(before -> List.of("cat"));
    topic.committed("small/classes", "{\"classes\": 7}");

    assertThat(indices.read()).containsExactly("cat");
  }

  @Test
  void othersClasses_areNotRead() {
    topic.committed("smaller/classes", "{\"classes\":[\"ape\"]}");

    assertThat(indices.read()).isEmpty();
  }
}
