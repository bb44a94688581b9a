package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.Champion;
import dev.millrace.core.files.Sha256;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.NamedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundImagesTest {

  @TempDir Path folder;
  private final Told told = new Told();
  private List<String> classes = new ArrayList<>();

  private class Topic implements ClassTopic {
    @Override
    public Optional<Champion> champion() {
      return Optional.empty();
    }

    @Override
    public List<String> classes() {
      return classes;
    }

    @Override
    public List<String> change(UnaryOperator<List<String>> change) {
      classes = change.apply(classes);
      return classes;
    }
  }

  private Optional<LabelledImages> select(ClassTopic topic, String... names) {
    var config = Configs.config(folder, Configs.topics(folder, 9, 1));
    ClassOrder order =
        new ClassOrder(config.checkpoints().repository(), "small", Optional.of(topic));
    return new RoundImages(config, told, order).select(found(names));
  }

  /** Returns three images for each name. */
  private static FoundImages found(String... names) {
    List<NamedImage> images = new ArrayList<>();
    for (String name : names) {
      for (int i = 0; i < 3; i++) {
        images.add(new NamedImage(name + i, name, Sha256.of(name + i), () -> new byte[0]));
      }
    }
    return new FoundImages(new TreeSet<>(List.of(names)), images);
  }

  @Test
  void newClass_getsTheNextIndex() {
    select(new Topic(), "cat", "dog");

    assertThat(select(new Topic(), "ape", "cat", "dog").orElseThrow().labels().names())
        .containsExactly("cat", "dog", "ape");
  }

  @Test
  void classThatAnotherTrainerAddedMeanwhile_isThereToo() {
    ClassTopic topic =
        new Topic() {
          @Override
          public List<String> change(UnaryOperator<List<String>> change) {
            classes = List.of("cow");
            return super.change(change);
          }
        };

    assertThat(select(topic, "cat", "dog").orElseThrow().labels().names())
        .containsExactly("cow", "cat", "dog");
    assertThat(told.warnings)
        .contains(
            "classes without an image to train on: 'cow'; they keep their indices, but the network"
                + " does not learn them (--classes FILE can leave them out)");
  }

  @Test
  void controlTopicThatIsAway_isAFailure() {
    ClassTopic topic =
        new Topic() {
          @Override
          public Optional<Champion> champion() {
            throw new TimeoutException("nobody answers");
          }
        };

    assertThatThrownBy(() -> select(topic, "cat", "dog")).isInstanceOf(TimeoutException.class);
  }
}
