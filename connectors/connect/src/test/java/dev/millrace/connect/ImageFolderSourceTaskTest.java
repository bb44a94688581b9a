package dev.millrace.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests the task with real files and a {@link FakeWorker}. Each poll scans once. */
class ImageFolderSourceTaskTest {

  private static final byte[] PNG =
      "\u0089PNG\r\n\u001a\nrest".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
  private static final FileTime TIME = FileTime.fromMillis(1_600_000_000_000L);

  @TempDir private Path folder;

  private FakeWorker worker(String... more) {
    Map<String, String> configs = new HashMap<>();
    configs.put("folder", folder.toString());
    configs.put("topic", "images");
    configs.put("scan.interval.ms", "1");
    for (int i = 0; i < more.length; i += 2) {
      configs.put(more[i], more[i + 1]);
    }
    return new FakeWorker(configs);
  }

  private Path write(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
    return Files.setLastModifiedTime(file, TIME);
  }

  private static List<Object> keys(List<SourceRecord> records) {
    return records.stream().map(SourceRecord::key).toList();
  }

  @Test
  void file_becomesARecordWithPathContentAndContentType() throws Exception {
    write("cats/1.png", PNG);
    FakeWorker worker = worker();

    List<SourceRecord> records = worker.run(worker.start(), 2);

    assertThat(records).hasSize(1);
    SourceRecord record = records.get(0);
    assertThat(record.topic()).isEqualTo("images");
    assertThat(record.keySchema()).isEqualTo(Schema.STRING_SCHEMA);
    assertThat(record.key()).isEqualTo("cats/1.png");
    assertThat(record.valueSchema()).isEqualTo(Schema.BYTES_SCHEMA);
    assertThat((byte[]) record.value()).isEqualTo(PNG);
    assertThat(record.headers()).extracting(Header::key).containsExactly("content-type");
    assertThat(record.headers().lastWithName("content-type").value()).isEqualTo("image/png");
    assertThat(record.timestamp()).as("time of sending, not of the file").isNull();
  }

  @Test
  void label_isTheFoldersNameAndComesFirst() throws Exception {
    write("animals/cats/1.png", PNG);
    FakeWorker worker = worker("labels.topic", "labels");

    List<SourceRecord> records = worker.run(worker.start(), 2);

    assertThat(records).extracting(SourceRecord::topic).containsExactly("labels", "images");
    assertThat(keys(records)).containsOnly("animals/cats/1.png");
    assertThat((byte[]) records.get(0).value()).isEqualTo("cats".getBytes(UTF_8));
    assertThat(records.get(0).headers()).isEmpty();
  }

  @Test
  void labelAlone_doesNotMoveTheOffsetPastTheImage() throws Exception {
    write("cats/1.png", PNG);
    FakeWorker worker = worker("labels.topic", "labels");
    ImageFolderSourceTask task = worker.start();
    task.poll();

    worker.send(task, task.poll(), record -> record.topic().equals("labels"));

    assertThat(worker.run(worker.start(), 2))
        .extracting(SourceRecord::topic)
        .containsExactly("labels", "images");
  }

  @Test
  void restart_sendsNothingAgainAndNothingTooFew() throws Exception {
    Set<Object> sent = new TreeSet<>();
    FakeWorker worker = worker("batch.files", "7");
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 40; i++) {
        // All files have equal times, and the names of new files sort between the names of old
        // files.
        write("%d/%d-%d.png".formatted(i % 3, i, round), PNG);
      }
      List<SourceRecord> records = worker.run(worker.start(), 2 + 40 / 7 + 2);
      for (Object key : keys(records)) {
        assertThat(sent.add(key)).as("first record of %s", key).isTrue();
      }
      assertThat(sent).hasSize(40 * (round + 1));
    }
  }

  @Test
  void killBetweenAnyTwoRecords_sendsTheOthersAgainAlone() throws Exception {
    for (int i = 0; i < 30; i++) {
      write(i + ".png", PNG);
    }
    for (int stored = 0; stored <= 30; stored++) {
      FakeWorker worker = worker();
      ImageFolderSourceTask task = worker.start();
      task.poll();
      List<SourceRecord> batch = task.poll();
      Set<Object> done = new HashSet<>(keys(batch.subList(0, stored)));

      worker.send(task, batch.subList(0, stored), record -> true);

      List<Object> again = keys(worker.run(worker.start(), 2));
      assertThat(again).hasSize(30 - stored).noneMatch(done::contains);
    }
  }

  @Test
  void recordDroppedByATransformation_doesNotRepeatTheRecordsBeforeIt() throws Exception {
    for (int i = 0; i < 100; i++) {
      write(i + ".png", PNG);
    }
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();
    task.poll();
    List<SourceRecord> batch = task.poll();
    Set<Object> passed = new HashSet<>();

    worker.send(
        task, batch, record -> record.key().hashCode() % 2 == 0 && passed.add(record.key()));

    assertThat(passed).hasSizeBetween(20, 80);
    assertThat(keys(worker.run(worker.start(), 2))).isNotEmpty().noneMatch(passed::contains);
  }

  @Test
  void fileWithAnOldTime_isSentAlthoughNewerOnesWereSentBefore() throws Exception {
    write("new.png", PNG);
    FakeWorker worker = worker();
    worker.run(worker.start(), 2);
    Files.setLastModifiedTime(write("moved-here.png", PNG), FileTime.fromMillis(0));

    assertThat(keys(worker.run(worker.start(), 2))).containsExactly("moved-here.png");
  }

  @Test
  void renamedFile_isANewImage() throws Exception {
    Path file = write("a.png", PNG);
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();
    worker.run(task, 2);
    Files.move(file, folder.resolve("b.png"));

    assertThat(keys(worker.run(task, 3))).containsExactly("b.png");
  }

  @Test
  void fileThatIsWrittenAgain_isSentAgain() throws Exception {
    write("a.png", PNG);
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();
    worker.run(task, 2);
    Files.setLastModifiedTime(write("a.png", PNG), FileTime.fromMillis(TIME.toMillis() + 1));

    assertThat(keys(worker.run(task, 3))).containsExactly("a.png");
  }

  @Test
  void clockThatIsSetBack_delaysNoScan() throws Exception {
    JumpingClock clock = new JumpingClock();
    FakeWorker worker = worker("scan.interval.ms", "1000", "send.when", "present");
    ImageFolderSourceTask task = worker.start(clock);
    assertThat(worker.run(task, 1)).isEmpty();
    write("a.png", PNG);

    clock.jump(Duration.ofHours(-1));
    assertThat(worker.run(task, 1)).as("before the interval is over").isEmpty();
    clock.jump(Duration.ofSeconds(1));

    assertThat(keys(worker.run(task, 1))).containsExactly("a.png");
  }

  /**
   * A clock jumps forward if a machine wakes from suspension, or if its time is set only after the
   * task has started.
   */
  @Test
  void clockThatIsSetForward_forgetsNoFileThatTheLastScanHasSeen() throws Exception {
    for (int i = 0; i < 300; i++) {
      write(i + ".png", PNG);
    }
    JumpingClock clock = new JumpingClock();
    FakeWorker worker = worker("batch.files", "100", "send.when", "present");
    ImageFolderSourceTask task = worker.start(clock);
    Set<Object> sent = new HashSet<>(keys(worker.run(task, 1)));

    clock.jump(Duration.ofDays(10_000));
    sent.addAll(keys(worker.run(task, 2)));
    assertThat(sent).hasSize(300);
    clock.jump(Duration.ofSeconds(5));

    assertThat(worker.run(task, 2)).isEmpty();
    assertThat(worker.run(worker.start(clock), 2)).isEmpty();
  }

  @Test
  void folderThatIsSpelledInAnotherWay_isTheSameFolder() throws Exception {
    write("a.png", PNG);
    FakeWorker worker = worker();
    worker.run(worker.start(), 2);

    for (String spelling : List.of(folder + "/", folder + "//", "/" + folder)) {
      FakeWorker again = worker("folder", spelling);
      again.offsets.putAll(worker.offsets);
      assertThat(again.run(again.start(), 2)).as(spelling).isEmpty();
    }
  }

  @Test
  void deletedFile_thatComesBack_isTheSameFile() throws Exception {
    Path file = write("a.png", PNG);
    write("b.png", PNG);
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();
    worker.run(task, 2);
    Files.delete(file);
    write("c.png", PNG);
    worker.run(task, 2);
    write("a.png", PNG);

    assertThat(worker.run(task, 3)).isEmpty();
    assertThat(worker.run(worker.start(), 3)).isEmpty();
  }

  @Test
  void fileDeletedBeforeItIsRead_isNoFailure() throws Exception {
    write("a.png", PNG);
    Path gone = write("b.png", PNG);
    FakeWorker worker = worker("batch.files", "1", "send.when", "present");
    ImageFolderSourceTask task = worker.start();
    List<Object> keys = keys(task.poll());
    Files.delete(gone);
    keys = new ArrayList<>(keys);
    keys.addAll(keys(worker.run(task, 3)));

    assertThat(keys).containsAnyOf("a.png", "b.png").doesNotHaveDuplicates();
    assertThat(worker.metric("files-passed-over")).isZero();
  }

  @Test
  void growingFile_isSentOnceItIsComplete() throws Exception {
    Path file = folder.resolve("slow.png");
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < 5; i++) {
        out.write(PNG);
        out.flush();
        assertThat(task.poll()).as("scan %d", i).isNull();
      }
    }

    List<SourceRecord> records = worker.run(task, 2);

    assertThat(records).hasSize(1);
    assertThat((byte[]) records.get(0).value()).hasSize(5 * PNG.length);
  }

  @Test
  void fileThatChangesBetweenScanAndRead_isSentOnceWithItsLastContent() throws Exception {
    write("a.png", PNG);
    write("b.png", PNG);
    FakeWorker worker = worker("batch.files", "1");
    ImageFolderSourceTask task = worker.start();
    task.poll();
    List<SourceRecord> first = task.poll();
    worker.send(task, first, record -> true);
    String other = first.get(0).key().equals("a.png") ? "b.png" : "a.png";
    Files.write(folder.resolve(other), PNG, StandardOpenOption.APPEND);

    List<SourceRecord> records = worker.run(task, 4);

    assertThat(keys(records)).containsExactly(other);
    assertThat((byte[]) records.get(0).value()).hasSize(2 * PNG.length);
  }

  @Test
  void fileOfAnAtomicWriter_isSentAtTheFirstScan() throws Exception {
    FakeWorker worker = worker("send.when", "present");
    ImageFolderSourceTask task = worker.start();
    Path hidden = write(".upload.png", PNG);
    assertThat(task.poll()).isNull();
    Files.move(hidden, folder.resolve("a.png"));

    assertThat(keys(task.poll())).containsExactly("a.png");
  }

  @Test
  void tasks_shareTheFilesAlsoIfTheirNumberChanges() throws Exception {
    for (int i = 0; i < 50; i++) {
      write("a" + i + ".png", PNG);
    }
    FakeWorker worker = worker();
    List<Object> sent = new ArrayList<>();
    for (int task = 0; task < 3; task++) {
      List<SourceRecord> records = worker.run(worker.start(task, 3), 2);
      assertThat(records).hasSizeBetween(5, 30);
      sent.addAll(keys(records));
    }
    assertThat(sent).hasSize(50).doesNotHaveDuplicates();
    for (int i = 0; i < 50; i++) {
      write("b" + i + ".png", PNG);
    }
    for (int task = 0; task < 5; task++) {
      sent.addAll(keys(worker.run(worker.start(task, 5), 2)));
    }
    assertThat(sent).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void sourcePartitions_areBounded() throws Exception {
    for (int i = 0; i < 500; i++) {
      write(i / 10 + "/" + i + ".png", PNG);
    }
    FakeWorker worker = worker();

    assertThat(worker.run(worker.start(), 3)).hasSize(500);
    assertThat(worker.offsets).hasSizeBetween(50, 64);
  }

  @Test
  void oversizeFile_isPassedOverAndSentOnceTheLimitIsRaised() throws Exception {
    write("large.png", new byte[101]);
    write("small.png", new byte[100]);
    FakeWorker worker = worker("max.bytes", "100");
    ImageFolderSourceTask task = worker.start();

    assertThat(keys(worker.run(task, 3))).containsExactly("small.png");
    assertThat(worker.metric("files-passed-over")).isEqualTo(1);

    FakeWorker raised = worker("max.bytes", "101");
    raised.offsets.putAll(worker.offsets);
    assertThat(keys(raised.run(raised.start(), 3))).containsExactly("large.png");
  }

  @Test
  void oversizeFile_isSentAsClaimCheck() throws Exception {
    byte[] large = new byte[1000];
    System.arraycopy(PNG, 0, large, 0, PNG.length);
    Path file = write("ä b/large.png", large);
    FakeWorker worker = worker("max.bytes", "100", "oversize", "claim-check");

    List<SourceRecord> records = worker.run(worker.start(), 3);

    assertThat(records).hasSize(1);
    assertThat((byte[]) records.get(0).value()).isEmpty();
    assertThat(records.get(0).headers().lastWithName("ce_dataref").value())
        .isEqualTo(file.toRealPath().toUri().toString())
        .asString()
        .startsWith("file:///");
    assertThat(records.get(0).headers().lastWithName("content-type").value())
        .isEqualTo("image/png");
    assertThat(worker.run(worker.start(), 3)).isEmpty();
  }

  @Test
  void batch_endsAtItsBytes() throws Exception {
    for (int i = 0; i < 4; i++) {
      write(i + ".png", new byte[60]);
    }
    FakeWorker worker = worker("batch.bytes", "100");
    ImageFolderSourceTask task = worker.start();
    task.poll();

    assertThat(task.poll()).hasSize(2);
    assertThat(task.poll()).hasSize(2);
  }

  @Test
  void emptyFile_isSent() throws Exception {
    write("empty.png", new byte[0]);
    FakeWorker worker = worker();

    assertThat(worker.run(worker.start(), 3)).hasSize(1);
  }

  @Test
  void unreadableFile_isPassedOverAndSentOnceItCanBeRead() throws Exception {
    Path file = write("secret.png", PNG);
    assumeThat(file.toFile().setReadable(false)).isTrue();
    assumeThat(Files.isReadable(file)).as("this user may read everything").isFalse();
    FakeWorker worker = worker();
    ImageFolderSourceTask task = worker.start();

    assertThat(worker.run(task, 3)).isEmpty();
    assertThat(worker.metric("files-passed-over")).isEqualTo(1);
    assertThat(file.toFile().setReadable(true)).isTrue();
    assertThat(worker.run(task, 3)).hasSize(1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void link_isPassedOver(@TempDir Path elsewhere) throws Exception {
    Path secret = Files.write(elsewhere.resolve("secret.png"), PNG);
    Files.createSymbolicLink(folder.resolve("link.png"), secret);
    Files.createSymbolicLink(folder.resolve("links"), elsewhere);
    FakeWorker worker = worker("include", "*");

    assertThat(worker.run(worker.start(), 3)).isEmpty();
    assertThat(worker.metric("files-passed-over")).isEqualTo(2);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void fileReplacedByALinkAfterTheScan_isNotRead(@TempDir Path elsewhere) throws Exception {
    Path secret = Files.write(elsewhere.resolve("secret.png"), PNG);
    Files.setLastModifiedTime(secret, TIME);
    Path file = write("a.png", PNG);
    write("b.png", PNG);
    FakeWorker worker = worker("batch.files", "1");
    ImageFolderSourceTask task = worker.start();
    task.poll();
    String first = (String) task.poll().get(0).key();
    Path other = first.equals("a.png") ? folder.resolve("b.png") : file;
    Files.delete(other);
    Files.createSymbolicLink(other, secret);

    assertThat(worker.run(task, 3)).isEmpty();
  }

  @Test
  void missingFolder_isNoEmptyFolder() throws Exception {
    write("in/a.png", PNG);
    Path in = folder.resolve("in");
    Path away = folder.resolve("away");
    FakeWorker worker = worker("folder", in.toString());
    ImageFolderSourceTask task = worker.start();
    assertThat(worker.run(task, 2)).hasSize(1);
    Files.move(in, away);
    assertThat(worker.run(task, 3)).isEmpty();
    Files.move(away, in);
    write("in/b.png", PNG);

    assertThat(keys(worker.run(task, 3))).containsExactly("b.png");
  }

  @Test
  void metrics_countAcknowledgedFiles() throws Exception {
    write("a.png", PNG);
    write("b.png", PNG);
    FakeWorker worker = worker("batch.files", "1", "labels.topic", "labels");
    ImageFolderSourceTask task = worker.start();
    task.poll();
    assertThat(worker.metric("files-found")).isEqualTo(2);
    assertThat(worker.metric("files-waiting")).isEqualTo(2);
    List<SourceRecord> records = task.poll();
    assertThat(worker.metric("files-waiting")).isEqualTo(1);
    assertThat(worker.metric("files-sent-total")).isZero();

    worker.send(task, records, record -> true);

    assertThat(worker.metric("files-sent-total")).isEqualTo(1);
    assertThat(worker.metric("bytes-sent-total")).isEqualTo(PNG.length);
    worker.send(task, task.poll(), record -> false);
    assertThat(worker.metric("files-sent-total")).as("what a transformation drops").isEqualTo(1);
    assertThat(worker.metric("last-scan-timestamp-ms"))
        .isBetween(System.currentTimeMillis() - 600_000, System.currentTimeMillis());
    assertThat(worker.metric("scan-time-ms")).isNotNegative();
  }

  @Test
  void damagedOffset_isRefused() throws Exception {
    write("a.png", PNG);
    FakeWorker worker = worker();
    worker.run(worker.start(), 2);
    worker.offsets.replaceAll((partition, offset) -> "{\"files\":\"AAAA\"}");

    assertThatThrownBy(worker::start)
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("reset the connector's offsets")
        .hasMessageNotContaining("\n");
  }

  @Test
  void stoppedTask_endsItsPollAtOnce() throws Exception {
    FakeWorker worker = worker("scan.interval.ms", "3600000");
    ImageFolderSourceTask task = worker.start();
    task.poll();
    task.stop();

    assertThat(task.poll()).isNull();
  }
}
