package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.training.ForgottenImage;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removals that fail. The answer must not be lost, because it can be computed only once. */
class ReplayRemovalTest {

  private static final String OLD = "the first pixels of a";

  /** The versions after version 4 were trained on the first image with the key "a". */
  private static final ForgottenImage ANSWER =
      new ForgottenImage("a", true, OptionalInt.of(4), List.of("copy"));

  @TempDir private Path run;
  private Path replay;

  /**
   * Writes a replay in which another image has replaced the image "a" since a round was trained on
   * it.
   */
  @BeforeEach
  void write() throws IOException {
    replay = run.resolve("replay");
    Replay images = new Replay(replay, 9, encoded -> {}, Instant.EPOCH);
    add(images, "a", OLD);
    add(images, "copy", OLD);
    String content = Sha256.of(OLD.getBytes(StandardCharsets.UTF_8));
    images.use(List.of(new LabelledImage("a", 0, content, Part.TRAINING, () -> new byte[0])));
    add(images, "a", "other pixels");
    images.read(new TopicPartition("images", 0), 3);
    images.save();
    Files.writeString(
        run.resolve("split.json"),
        "{\"heldOut\":0.2,\"group\":\"\",\"parts\":{\""
            + content
            + "\":\"training\"},\"groups\":{},\"trainedAfter\":{\""
            + content
            + "\":4}}");
  }

  private static void add(Replay images, String key, String pixels) {
    images.image(key, pixels.getBytes(StandardCharsets.UTF_8));
    images.label(key, "cat");
  }

  private Optional<ForgottenImage> forget(Consumer<ForgottenImage> before) {
    return ReplayRemoval.of(run, replay, "a", before);
  }

  /** The caller reads the versions, for example, and their repository is away. */
  @Test
  void callerThatCannotUseTheAnswer_keepsTheImage() {
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () ->
                forget(
                    found -> {
                      throw new ModelException("the store is away");
                    }));

    assertThat(forget(found -> assertThat(found).isEqualTo(ANSWER))).contains(ANSWER);
    assertThat(Replay.existing(replay).keys()).containsExactly("copy");
    assertThat(forget(found -> {})).isEmpty();
  }

  @Test
  void divisionThatCannotBeRead_keepsTheImage() throws IOException {
    Path file = run.resolve("split.json");
    String division = Files.readString(file);
    Files.writeString(file, "{");
    assertThatExceptionOfType(TrainingException.class).isThrownBy(() -> forget(found -> {}));
    Files.writeString(file, division);

    assertThat(forget(found -> {})).contains(ANSWER);
  }

  @Test
  void fileOfTheReplayThatIsDamaged_isNamed() throws IOException {
    for (String name : List.of("index.json", "used.json")) {
      Path file = replay.resolve(name);
      String content = Files.readString(file);
      Files.writeString(file, content.substring(0, 9));

      assertThatExceptionOfType(TrainingException.class)
          .isThrownBy(() -> forget(found -> {}))
          .withMessageStartingWith("cannot read " + file + " (")
          .withMessageContaining("restore it from a backup, or remove it: without it, ");
      Files.writeString(file, content);
    }
    assertThat(forget(found -> {})).contains(ANSWER);
  }

  /** Nothing can tell whether the image is equal to the removed one. */
  @Test
  void imageThatCannotBeRead_isNamed() throws IOException {
    Path copy = replay.resolve("images").resolve(Sha256.of("copy"));
    Files.delete(copy);
    Files.createDirectory(copy);
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> forget(found -> {}))
        .withMessageStartingWith("the file " + copy + " of the image 'copy' cannot be read (")
        .withMessageEndingWith("); restore it from a backup, or remove it");
    Files.delete(copy);

    assertThat(forget(found -> {}))
        .contains(new ForgottenImage("a", true, OptionalInt.of(4), List.of()));
  }

  /** The index cannot be replaced, because a folder has its name. */
  @Test
  void removalThatTheDiskInterrupts_canBeRepeated() throws IOException {
    Path index = replay.resolve("index.json");
    byte[] content = Files.readAllBytes(index);
    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> forget(found -> replaceByAFolder(index)));
    Files.delete(index.resolve("full"));
    Files.delete(index);
    Files.write(index, content);

    assertThat(forget(found -> {})).contains(ANSWER);
  }

  private static void replaceByAFolder(Path file) {
    try {
      Files.delete(file);
      Files.createDirectories(file.resolve("full"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
