package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.FailedReadException;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.NamedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {

  private static final TopicPartition PARTITION = new TopicPartition("images", 3);
  private static final Instant START = Instant.ofEpochSecond(1_000);

  @TempDir private Path folder;

  private Replay replay(int capacity) {
    return new Replay(folder, capacity, ReplayTest::decode, START);
  }

  private static void decode(byte[] encoded) {
    if (text(encoded).startsWith("bad")) {
      throw new BadImageException(BadImageException.Reason.UNDECODABLE, "bad");
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static void image(Replay replay, String key, String content) {
    replay.image(key, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void labelledImage(Replay replay, String key, String name) {
    image(replay, key, "pixels of " + key);
    replay.label(key, name);
  }

  /** Saves the replay, as the training loop does after it has read records. */
  private static void save(Replay replay, long next) {
    replay.read(PARTITION, next);
    replay.save();
  }

  /** Returns the name of the class and the content of each labelled image, by key. */
  private static Map<String, String> held(Replay replay) throws IOException {
    Map<String, String> held = new TreeMap<>();
    for (NamedImage image : snapshot(replay).images()) {
      held.put(image.key(), image.name() + ": " + text(image.source().read()));
    }
    return held;
  }

  private static FoundImages snapshot(Replay replay) {
    return replay.snapshot(() -> false).orElseThrow().images();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("images"))) {
      return files.toList();
    }
  }

  private static long count(Replay replay, RecordOutcome outcome) {
    return replay.counts().get(outcome);
  }

  @Test
  void join_imageOrLabelFirst_isTheSame() throws IOException {
    Replay replay = replay(9);
    image(replay, "b", "1");
    replay.label("b", "dog");
    replay.label("a", "cat");
    image(replay, "a", "2");

    assertThat(held(replay)).isEqualTo(Map.of("a", "cat: 2", "b", "dog: 1"));
    assertThat(snapshot(replay).names()).containsExactly("cat", "dog");
    assertThat(snapshot(replay).images()).extracting(NamedImage::key).containsExactly("a", "b");
    assertThat(count(replay, RecordOutcome.LABELLED)).isEqualTo(2);
    assertThat(replay.newLabels()).isEqualTo(2);
  }

  @Test
  void withdraw_aLabel_makesTheImageWait() throws IOException {
    Replay replay = replay(9);
    labelledImage(replay, "a", "cat");
    replay.withdraw("a");
    replay.label("b", "dog");
    replay.withdraw("b");
    image(replay, "b", "b");
    replay.withdraw("c");

    assertThat(held(replay)).isEmpty();
    assertThat(count(replay, RecordOutcome.WITHDRAWN)).isEqualTo(2);
    replay.label("a", "dog");
    assertThat(held(replay)).isEqualTo(Map.of("a", "dog: pixels of a"));
  }

  @Test
  void forget_removesTheImageAndItsFile() throws IOException {
    Replay before = replay(9);
    labelledImage(before, "a", "cat");
    labelledImage(before, "b", "dog");
    image(before, "c", "pixels of a");
    save(before, 1);
    Replay replay = Replay.existing(folder);
    String content = replay.contentOf("a").orElseThrow();
    replay.forget("a");
    replay.save();

    assertThat(replay.keysOf(Set.of(content))).containsExactly("c");
    assertThat(files()).hasSize(2);
    assertThat(held(replay(9))).containsOnlyKeys("b");
    assertThat(folder.resolve("index.json")).content().doesNotContain("\"a\"");
    assertThat(replay.contentOf("a")).isEmpty();
  }

  @Test
  void label_moreThanCapacity_evictsWhatWasLabelledFirst() throws IOException {
    Replay replay = replay(2);
    image(replay, "a", "a");
    image(replay, "b", "b");
    replay.label("b", "dog"); // b gets its label before a, although a's image came first
    replay.label("a", "cat");
    labelledImage(replay, "c", "dog");
    save(replay, 1);

    assertThat(held(replay)).containsOnlyKeys("a", "c");
    assertThat(count(replay, RecordOutcome.EVICTED)).isEqualTo(1);
    assertThat(files()).hasSize(2);
  }

  @Test
  void image_moreWaitThanCapacity_makesTheOldestsLabelLate() {
    Replay replay = replay(2);
    Stream.of("a", "b", "c").forEach(key -> image(replay, key, key));
    replay.label("a", "cat");
    replay.label("b", "cat");

    assertThat(count(replay, RecordOutcome.EVICTED)).isEqualTo(1);
    assertThat(count(replay, RecordOutcome.LATE)).isEqualTo(1);
    assertThat(count(replay, RecordOutcome.LABELLED)).isEqualTo(1);
  }

  @Test
  void image_comesAgainAfterItMadeWay_waitsAgain() throws IOException {
    Replay replay = replay(2);
    Stream.of("a", "b", "c", "a").forEach(key -> image(replay, key, key));
    save(replay, 4);
    replay.label("a", "cat");
    labelledImage(replay, "d", "dog");

    assertThat(count(replay, RecordOutcome.LATE)).isZero();
    assertThat(held(replay)).isEqualTo(Map.of("a", "cat: a", "d", "dog: pixels of d"));
  }

  @Test
  void image_madeWayAndComesAgainBeforeTheIndex_keepsItsFile() throws IOException {
    Replay replay = replay(2);
    Stream.of("a", "b", "c").forEach(key -> labelledImage(replay, key, "cat"));
    labelledImage(replay, "a", "dog");
    save(replay, 4);

    assertThat(held(replay)).isEqualTo(Map.of("a", "dog: pixels of a", "c", "cat: pixels of c"));
  }

  @Test
  void label_anotherOneAfterAnUnreadableImageThatCameAgain_isNotLate() {
    Replay replay = replay(2);
    Stream.of("a", "b", "c").forEach(key -> image(replay, key, key));
    image(replay, "a", "bad");
    replay.label("a", "cat");
    replay.label("a", "dog");

    assertThat(count(replay, RecordOutcome.LATE)).isZero();
    assertThat(count(replay, RecordOutcome.CONTRADICTING)).isEqualTo(1);
  }

  @Test
  void label_moreWaitThanCapacity_evictsTheOldest() {
    Replay replay = replay(2);
    Stream.of("a", "b", "c").forEach(key -> replay.label(key, "cat"));
    Stream.of("a", "b", "c").forEach(key -> image(replay, key, key));

    assertThat(count(replay, RecordOutcome.EVICTED)).isEqualTo(1);
    assertThat(count(replay, RecordOutcome.LABELLED)).isEqualTo(2);
    replay.label("a", "cat"); // a's image still waits; only its label was evicted
    assertThat(count(replay, RecordOutcome.LABELLED)).isEqualTo(3);
  }

  @Test
  void label_anotherOne_winsAndIsCounted() throws IOException {
    Replay replay = replay(2);
    labelledImage(replay, "a", "cat");
    labelledImage(replay, "b", "cat");
    replay.label("a", "dog");
    replay.label("c", "cat");
    replay.label("c", "elk");
    assertThat(count(replay, RecordOutcome.CONTRADICTING)).isEqualTo(2);
    assertThat(held(replay)).containsEntry("a", "dog: pixels of a");
    assertThat(replay.newLabels()).isEqualTo(3);

    image(replay, "c", "c"); // b is now the image that was labelled first
    assertThat(held(replay)).containsOnlyKeys("a", "c");
  }

  @Test
  void label_theSameAgain_changesNothing() throws IOException {
    Replay replay = replay(2);
    labelledImage(replay, "a", "cat");
    labelledImage(replay, "b", "dog");
    replay.label("a", "cat");
    replay.label("c", "cat");
    replay.label("c", "cat");
    assertThat(replay.newLabels()).isEqualTo(2);
    assertThat(count(replay, RecordOutcome.CONTRADICTING)).isZero();

    labelledImage(replay, "d", "cat");
    assertThat(held(replay)).containsOnlyKeys("b", "d");
  }

  @Test
  void image_thatCannotBeDecoded_isAsIfItHadNotCome() throws IOException {
    Replay replay = replay(9);
    image(replay, "a", "bad");
    replay.label("a", "cat");
    replay.label("b", "dog");
    image(replay, "b", "bad");
    labelledImage(replay, "c", "cat");
    image(replay, "c", "bad");
    save(replay, 6);
    assertThat(count(replay, RecordOutcome.UNREADABLE)).isEqualTo(3);
    assertThat(count(replay, RecordOutcome.LABELLED)).isEqualTo(1);
    assertThat(files()).hasSize(1);

    image(replay, "a", "good");
    image(replay, "b", "good");
    assertThat(held(replay))
        .isEqualTo(Map.of("a", "cat: good", "b", "dog: good", "c", "cat: pixels of c"));
  }

  private Path file(String key) {
    return folder.resolve("images").resolve(Sha256.of(key));
  }

  /** Makes a file unreadable, and returns its content. */
  private static byte[] replaceByAFolder(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    Files.delete(file);
    Files.createDirectory(file);
    return content;
  }

  private static void restore(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
  }

  /** In an earlier release, one such file ended the training, and each later one. */
  @Test
  void snapshot_imageWhoseFileCannotBeRead_isLeftOutUntilItCan() throws IOException {
    Replay before = replay(9);
    labelledImage(before, "a", "cat");
    labelledImage(before, "b", "dog");
    save(before, 1);
    byte[] content = replaceByAFolder(file("a"));
    Replay replay = replay(9);

    ReplaySnapshot kept = replay.snapshot(() -> false).orElseThrow();
    assertThat(kept.images().images()).extracting(NamedImage::key).containsExactly("b");
    assertThat(kept.unreadable())
        .singleElement()
        .asString()
        .startsWith("the file " + file("a") + " of the image 'a' cannot be read (")
        .endsWith("); restore it from a backup, or remove it");

    restore(file("a"), content);
    assertThat(held(replay)).containsOnlyKeys("a", "b");
    assertThat(replay.snapshot(() -> false).orElseThrow().unreadable()).isEmpty();
  }

  /** The disk may be away, so a round without images would be in vain. */
  @Test
  void snapshot_withoutAnyReadableFile_isRefused() throws IOException {
    Replay before = replay(9);
    labelledImage(before, "a", "cat");
    save(before, 1);
    byte[] unused = replaceByAFolder(file("a"));

    Replay replay = replay(9);
    assertThatExceptionOfType(FailedReadException.class)
        .isThrownBy(() -> replay.snapshot(() -> false))
        .withMessageStartingWith("the file " + file("a"));
    assertThat(snapshot(new Replay(folder.resolve("other"), 9, encoded -> {}, START)).images())
        .isEmpty();
  }

  @Test
  void label_ofAnImageWhoseFileCannotBeRead_isKept() throws IOException {
    Replay replay = replay(9);
    image(replay, "a", "pixels of a");
    byte[] content = replaceByAFolder(file("a"));
    replay.label("a", "cat");
    save(replay, 2);
    restore(file("a"), content);

    assertThat(held(replay(9))).isEqualTo(Map.of("a", "cat: pixels of a"));
    assertThat(count(replay, RecordOutcome.UNREADABLE)).isZero();
  }

  @Test
  void open_afterSave_holdsTheSame() throws IOException {
    Replay before = replay(2);
    Stream.of("w", "x", "y", "z").forEach(key -> image(before, key, key));
    before.label("y", "dog");
    before.label("v", "dog");
    labelledImage(before, "a", "cat");
    before.skip();
    save(before, 42);

    Replay after = new Replay(folder, 2, ReplayTest::decode, START.plusSeconds(9));
    assertThat(after.next(PARTITION)).hasValue(42);
    assertThat(after.next(new TopicPartition("labels", 3))).isEmpty();
    assertThat(after.counts()).isEqualTo(before.counts());
    assertThat(after.newLabels()).isEqualTo(2);
    assertThat(after.trainedAt(START)).isEqualTo(START);
    after.label("w", "cat");
    assertThat(count(after, RecordOutcome.LATE)).isEqualTo(1);
    image(after, "v", "v");
    assertThat(held(after)).isEqualTo(Map.of("a", "cat: pixels of a", "v", "dog: v"));
    after.label("z", "cat");
    assertThat(held(after)).containsOnlyKeys("v", "z");
  }

  @Test
  void open_killedAfterFilesAndBeforeTheIndex_makesTheSameOfTheSameRecords() throws IOException {
    Replay saved = replay(2);
    labelledImage(saved, "a", "cat");
    labelledImage(saved, "b", "dog");
    save(saved, 4);
    after4(saved);
    Map<String, String> whole = held(saved);
    assertThat(files()).hasSize(4); // a was evicted, but its file stays until the next save

    Replay killed = replay(2);
    assertThat(killed.next(PARTITION)).hasValue(4);
    assertThat(held(killed)).containsOnlyKeys("a", "b");
    assertThat(files()).hasSize(2);
    after4(killed);
    assertThat(held(killed)).isEqualTo(whole);
    assertThat(killed.counts()).isEqualTo(saved.counts());
  }

  private static void after4(Replay replay) {
    labelledImage(replay, "c", "cat");
    image(replay, "waiting", "waiting");
    image(replay, "b", "another b");
  }

  @Test
  void open_orphansAndHalfWrittenFiles_areRemoved() throws IOException {
    Replay before = replay(2);
    labelledImage(before, "a", "cat");
    save(before, 1);
    Files.writeString(folder.resolve("images").resolve("0123"), "orphan");
    Files.writeString(folder.resolve("images").resolve(".4567"), "half");

    replay(2);
    assertThat(files()).hasSize(1);
  }

  @Test
  void open_imagesWithoutTheirFile_areNotHeld() throws IOException {
    Replay before = replay(9);
    labelledImage(before, "a", "cat");
    save(before, 1);
    Files.delete(files().get(0));

    assertThat(snapshot(replay(9)).images()).isEmpty();
  }

  @Test
  void open_smallerCapacity_evicts() throws IOException {
    Replay before = replay(3);
    labelledImage(before, "a", "cat");
    labelledImage(before, "b", "dog");
    labelledImage(before, "c", "cat");
    save(before, 1);

    assertThat(held(replay(2))).containsOnlyKeys("b", "c");
  }

  @Test
  void open_indexThatIsNoJson_namesTheFolder() throws IOException {
    save(replay(2), 1);
    Files.writeString(folder.resolve("index.json"), "{");

    assertThatExceptionOfType(TrainingException.class)
        .isThrownBy(() -> replay(2))
        .withMessageContaining(folder.toString());
  }

  @Test
  void trained_newLabels_areNoLongerNewAfterAKill() {
    Replay before = replay(2);
    labelledImage(before, "a", "cat");
    before.trained(START.plusSeconds(5));

    assertThat(replay(2).newLabels()).isZero();
    assertThat(replay(2).trainedAt(START.plusSeconds(9))).isEqualTo(START.plusSeconds(5));
  }

  @Test
  void index_namesOutcomesByTheirWords_asEarlierReleasesWroteThem() throws IOException {
    Replay replay = replay(9);
    labelledImage(replay, "1", "cat");
    replay.skip();
    save(replay, 1);
    assertThat(folder.resolve("index.json"))
        .content()
        .contains("\"labelled\":1", "\"skipped\":1", "\"contradicting\":0");

    Files.writeString(
        folder.resolve("index.json"),
        "{\"offsets\":{},\"labelled\":{},\"waitingImages\":[],\"waitingLabels\":{},\"gone\":[],"
            + "\"counts\":{\"late\":3,\"unreadable\":2},\"newLabels\":0,\"trainedAt\":0}");
    assertThat(count(replay(9), RecordOutcome.LATE)).isEqualTo(3);
    assertThat(count(replay(9), RecordOutcome.UNREADABLE)).isEqualTo(2);
  }
}
