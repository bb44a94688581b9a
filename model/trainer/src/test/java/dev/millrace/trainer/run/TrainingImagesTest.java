package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.trainer.ConfigCopy;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingImagesTest {

  private static final int EACH = 300;

  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();

  /** The images of a folder come class by class, and a batch holds up to 256 of them. */
  @Test
  void batchesForTheStatistics_haveAllClasses() {
    SmallImages.write(folder, 2, EACH);
    List<LabelledImage> images = new ArrayList<>(SmallImages.read(folder));
    images.add(as(Part.GATE, images.get(0)));
    images.add(as(Part.REPORT, images.get(1)));
    List<Integer> sizes = new ArrayList<>();

    try (TrainingImages training =
        TrainingImages.of(
                new LabelledImages(new Labels(List.of("a", "b")), images),
                Configs.of(folder, 1, 0.1),
                () -> false,
                warnings::add)
            .orElseThrow()) {
      training
          .statistics()
          .forEachBatch(
              batch -> {
                sizes.add(batch.size());
                assertThat(Arrays.stream(batch.labels()).average().orElseThrow())
                    .isBetween(0.3, 0.7);
              });
    }

    assertThat(sizes).hasSizeGreaterThan(1);
    assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(2 * EACH);
  }

  /** A copy shows nothing that its original does not show, so the gate must not count it. */
  @Test
  void copiesOfHeldOutImages_areLeftOut() {
    SmallImages.write(folder, 2, 10);
    List<LabelledImage> images = new ArrayList<>(SmallImages.read(folder));
    LabelledImage one = images.remove(0);
    LabelledImage other = images.remove(0);
    for (int copy = 0; copy < 3; copy++) {
      images.add(as(Part.GATE, one, copy));
      images.add(as(Part.REPORT, other, copy));
    }

    try (TrainingImages training =
        TrainingImages.of(
                new LabelledImages(new Labels(List.of("a", "b")), images),
                Configs.of(folder, 1, 0.1),
                () -> false,
                warnings::add)
            .orElseThrow()) {
      assertThat(training.gate().size()).isEqualTo(1);
      assertThat(training.report().size()).isEqualTo(1);
      assertThat(training.training().size()).isEqualTo(18);
    }
  }

  /** The decoder of a later release may refuse an image that the replay has accepted. */
  @Test
  void imageOfATopicThatCannotBeDecoded_isLeftOut() {
    SmallImages.write(folder, 2, 4);
    List<LabelledImage> images = new ArrayList<>(SmallImages.read(folder));
    images.add(as(Part.GATE, images.remove(0)));
    images.add(as(Part.REPORT, images.remove(0)));
    LabelledImage bad = images.remove(0);
    images.add(new LabelledImage(bad.key(), 0, bad.content(), Part.TRAINING, () -> new byte[] {1}));

    try (TrainingImages training =
        TrainingImages.of(
                new LabelledImages(new Labels(List.of("a", "b")), images),
                ofTopics(Configs.of(folder, 1, 0.1)),
                () -> false,
                warnings::add)
            .orElseThrow()) {
      assertThat(training.training().size()).isEqualTo(5);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("1 of 8 images cannot be read: a/0002.png (")
        .endsWith("; they are left out");
  }

  private TrainingConfig ofTopics(TrainingConfig config) {
    return ConfigCopy.of(config)
        .data(
            new TrainingData.Topics(
                "images",
                "labels",
                Map.of(),
                new KafkaAccess(Map.of()),
                folder.resolve("replay"),
                9,
                1,
                Duration.ofHours(1),
                config.data().split(),
                config.data().classes()))
        .config();
  }

  private static LabelledImage as(Part part, LabelledImage image, int copy) {
    return new LabelledImage(
        image.key() + " copy " + copy, image.label(), image.content(), part, image.source());
  }

  private static LabelledImage as(Part part, LabelledImage image) {
    return new LabelledImage(
        image.key() + " held out", image.label(), image.content(), part, image.source());
  }
}
