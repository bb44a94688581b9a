package dev.millrace.tests.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.broker.EmbeddedBroker;
import dev.millrace.testing.SharedData;
import dev.millrace.tests.SharedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills workers that run {@code ImageFolderSource}, while 1,000 real images arrive in the folder.
 * Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=connect -Dquick verify
 * </pre>
 *
 * <p>{@code -Dcrash.strikes=N} sets another number of kills.
 */
@Tag("nightly")
@Tag("connect")
@Timeout(1_200)
@ExtendWith(SharedBroker.class)
class FolderSourceSuite {

  private static final int KILLS = Integer.getInteger("crash.strikes", 10);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int TASKS = 4;

  @TempDir Path folder;

  private final Random random = new Random();
  private final List<ConnectWorker> workers = new ArrayList<>();
  private Path photos;
  private Map<String, byte[]> images;
  private ImageWriter writer;

  @BeforeEach
  void createFolder() throws Exception {
    photos = Files.createDirectory(folder.resolve("photos"));
    images = SharedData.untar("cifar10/cifar10-test-1000-png.tar");
    writer = new ImageWriter(photos, images, random);
  }

  @AfterEach
  void close() throws Exception {
    for (ConnectWorker worker : workers) {
      worker.close();
    }
  }

  private Map<String, String> source(String name, int tasks) {
    Map<String, String> config = new HashMap<>();
    config.put("name", name);
    config.put("connector.class", "dev.millrace.connect.ImageFolderSource");
    config.put("tasks.max", Integer.toString(tasks));
    config.put("folder", photos.toString());
    config.put("topic", name);
    config.put("labels.topic", name + "-labels");
    config.put("scan.interval.ms", "300");
    config.put("batch.files", "20");
    return config;
  }

  private static void createTopics(EmbeddedBroker broker, String name) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(name, 4, (short) 1), new NewTopic(name + "-labels", 4, (short) 1)))
          .all()
          .get();
    }
  }

  @Test
  void killedStandaloneWorker_losesNoImage(EmbeddedBroker broker) throws Exception {
    createTopics(broker, "standalone");
    ConnectWorker worker =
        ConnectWorker.standalone(folder, broker.bootstrapServers(), source("standalone", 1));
    workers.add(worker);
    worker.awaitRunning("standalone", 1);
    for (int kill = 0; kill < KILLS; kill++) {
      disturb(worker, kill);
      worker.awaitRunning("standalone", 1);
    }
    writer.write(images.size());
    try (TopicReader reader = new TopicReader(broker.bootstrapServers(), "standalone")) {
      reader.awaitKeys(images.size(), PATIENCE);
      worker.stop();
      reader.readToEnd();
      int sent = reader.records.size();
      worker.start();
      worker.awaitRunning("standalone", 1);
      Files.write(photos.resolve("last.png"), images.values().iterator().next());
      reader.awaitKeys(images.size() + 1, PATIENCE);
      worker.stop();
      reader.readToEnd();

      print("standalone", sent, reader.keys() - 1);
      assertThat(reader.records).as("a clean restart repeats nothing").hasSize(sent + 1);
      requireContent(reader, "last.png");
    }
  }

  @Test
  void killedWorkersOfAGroup_sendEachImageOnce(EmbeddedBroker broker) throws Exception {
    createTopics(broker, "group");
    for (String name : List.of("one", "two")) {
      workers.add(
          ConnectWorker.distributed(folder, broker.bootstrapServers(), "connect-group", name));
    }
    workers.get(0).awaitReady();
    workers.get(0).configure(source("group", TASKS));
    workers.get(0).awaitRunning("group", TASKS);
    for (int kill = 0; kill < KILLS; kill++) {
      disturb(workers.get(random.nextInt(2)), kill);
      for (ConnectWorker worker : workers) {
        worker.awaitReady();
      }
    }
    writer.write(images.size());
    System.out.printf("%d restarts of tasks%n", workers.get(0).recover("group", TASKS));
    try (TopicReader reader = new TopicReader(broker.bootstrapServers(), "group");
        TopicReader labels = new TopicReader(broker.bootstrapServers(), "group-labels")) {
      reader.awaitKeys(images.size(), PATIENCE);
      labels.awaitKeys(images.size(), PATIENCE);
      for (ConnectWorker worker : workers) {
        worker.stop();
      }
      reader.readToEnd();
      labels.readToEnd();

      print("distributed, two workers", reader.records.size(), reader.keys());
      assertThat(reader.records).as("each image once").hasSameSizeAs(images.keySet());
      assertThat(labels.records).as("each label once").hasSameSizeAs(images.keySet());
      requireContent(reader, "");
      for (ConsumerRecord<String, byte[]> label : labels.records) {
        assertThat(new String(label.value(), UTF_8))
            .isEqualTo(Path.of(label.key()).getParent().getFileName().toString());
      }
    }
  }

  /** Writes images, waits for a random time, and kills and starts the worker. */
  private void disturb(ConnectWorker worker, int kill) throws Exception {
    int share = images.size() / (KILLS + 1);
    writer.write(share);
    TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
    worker.kill();
    if (kill % 2 == 0) {
      writer.write(share / 2);
    }
    worker.start();
  }

  private void requireContent(TopicReader reader, String besides) {
    for (ConsumerRecord<String, byte[]> record : reader.records) {
      if (!record.key().equals(besides)) {
        assertThat(record.value()).as(record.key()).isEqualTo(images.get(record.key()));
      }
      assertThat(new String(record.headers().lastHeader("content-type").value(), UTF_8))
          .isEqualTo("image/png");
    }
  }

  private void print(String mode, int sent, int keys) {
    System.out.printf(
        "| source, %s | %d kills | %,d files | %,d records | %d lost | %d repeated |%n",
        mode, KILLS, images.size(), sent, images.size() - keys, sent - keys);
  }
}
