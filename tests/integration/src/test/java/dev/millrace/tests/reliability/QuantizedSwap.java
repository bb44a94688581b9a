package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.control.Champion;
import dev.millrace.control.ControlWriter;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.service.command.CommandLineTool;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import dev.millrace.tests.Images;
import dev.millrace.tests.MillraceProcess;
import dev.millrace.tests.Models;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;

/**
 * Promotes the int8 version of a model while its float32 version works through a backlog of images.
 *
 * @param ratio speed of the int8 version divided by the speed of the float32 version, on one thread
 *     and without Kafka, measured before the promotion
 * @param before images per second of the float32 version, before the promotion
 * @param after images per second after the promotion, from {@link #RISE} on
 * @param tally the counts of all images and answers
 */
record QuantizedSwap(double ratio, double before, double after, Tally tally) {

  /** The time after a promotion in which the throughput must have risen. */
  static final Duration RISE = Duration.ofSeconds(2);

  private static final int PARTITIONS = 4;
  private static final int CALIBRATING = 30;
  private static final int JUDGING = 100;
  private static final int BACKLOG = 1_000;

  /**
   * Number of channels. With this number, the convolutions take most of the time, even with Kafka
   * and the decoder, so a faster model makes the stream faster.
   */
  private static final int WIDTH = 32;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A prediction, with the time at which it was read, in ns, and the version that made it. */
  private record Answer(long read, int version) {}

  /**
   * Quantises a network with random weights, serves it, and promotes its int8 version.
   *
   * @param name the model's name, which no other test of this broker uses
   * @param practice number of images that are answered before anything is measured
   * @param window length of each of the two measurements of the throughput, before and after the
   *     promotion
   */
  static QuantizedSwap run(
      String bootstrapServers,
      Path folder,
      String name,
      String guarantee,
      int practice,
      Duration window)
      throws Exception {
    Path repository = folder.resolve("models");
    ResNet network = ResNet.of("resnet20");
    Models.publishRandom(repository, name, wide(network), 1);
    double ratio = quantize(repository, name, folder.resolve("images"));
    Topics topics = new Topics(name, name + "-predictions", name + "-dead-letters");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      TopicCreation.create(admin, topics, PARTITIONS, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      TopicCreation.createControl(admin);
    }
    Map<String, Object> kafka = Map.of("bootstrap.servers", bootstrapServers);
    ControlWriter promotions = new ControlWriter(kafka, kafka);
    promotions.change(name, none -> new Champion(1, null, false));
    ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    try (MillraceProcess service =
            MillraceProcess.start(
                folder,
                "-Xmx512m",
                "serve",
                "--bootstrap-servers",
                bootstrapServers,
                "--repository",
                repository,
                "--model",
                name,
                "--input",
                topics.input(),
                "--output",
                topics.output(),
                "--dead-letters",
                topics.deadLetters(),
                "--application-id",
                name,
                "--guarantee",
                guarantee);
        Audit audit =
            new Audit(
                bootstrapServers,
                topics.output(),
                topics.deadLetters(),
                PARTITIONS,
                (record, prediction) ->
                    answers.add(new Answer(System.nanoTime(), prediction.model().version())))) {
      service.awaitLine("ready.*", PATIENCE);
      try (Traffic traffic =
          Traffic.start(
              bootstrapServers,
              topics.input(),
              PARTITIONS,
              Traffic.smallImages(),
              number -> requireMoreThan(audit, number - BACKLOG))) {
        requireMoreThan(audit, practice);
        long start = System.nanoTime();
        awaitAnswer(audit, answers, answer -> answer.read > start + window.toNanos());
        long promoted = System.nanoTime();
        promotions.change(name, before -> new Champion(2, null, false));
        awaitAnswer(audit, answers, answer -> answer.version == 2);
        long risen = promoted + RISE.toNanos();
        awaitAnswer(audit, answers, answer -> answer.read > risen + window.toNanos());
        Tally tally = audit.awaitAll(traffic.stop(), PATIENCE);
        assertThat(service.isAlive()).as(service.errors()).isTrue();
        return new QuantizedSwap(
            ratio, rate(answers, start, window), rate(answers, risen, window), tally);
      }
    }
  }

  private static ResNet wide(ResNet network) {
    return new ResNet(
        network.name(),
        network.stem(),
        network.block(),
        network.blocks(),
        WIDTH,
        network.shortcut(),
        network.classes(),
        network.size(),
        network.channels());
  }

  /**
   * Publishes the int8 version with 7-bit weights, which are also fast on processors without VNNI.
   * Returns its speed divided by the speed of the float32 version.
   */
  private static double quantize(Path repository, String name, Path images) throws IOException {
    Files.createDirectories(images);
    for (int seed = 0; seed < CALIBRATING + JUDGING; seed++) {
      Files.write(images.resolve(seed + ".png"), Images.noise("png", 32, 32, seed));
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        new CommandLineTool(new PrintWriter(out, true), new PrintWriter(err, true))
            .run(
                "models",
                "quantize",
                "--repository",
                repository.toString(),
                "--model",
                name,
                "--calibrate",
                images.toString(),
                "--images",
                Integer.toString(CALIBRATING),
                "--max-loss",
                "100",
                "--reduce-range",
                "--json");
    assertThat(exitCode).as(err.toString()).isZero();
    var speed = new ObjectMapper().readTree(out.toString()).at("/quantization/speed");
    return speed.get("int8").asDouble() / speed.get("float32").asDouble();
  }

  private static void requireMoreThan(Audit audit, long answered) throws InterruptedException {
    if (!audit.awaitMoreThan(answered, PATIENCE)) {
      throw new IllegalStateException("no image was answered for two minutes");
    }
  }

  private static void awaitAnswer(
      Audit audit, ConcurrentLinkedQueue<Answer> answers, Predicate<Answer> wanted)
      throws InterruptedException {
    long seen = audit.answered();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (answers.stream().noneMatch(wanted)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("no such answer came for two minutes");
      }
      requireMoreThan(audit, seen);
      seen = audit.answered();
    }
  }

  /** Returns the predictions per second in a window of time. */
  private static double rate(Iterable<Answer> answers, long start, Duration window) {
    long count = 0;
    for (Answer answer : answers) {
      count += answer.read >= start && answer.read < start + window.toNanos() ? 1 : 0;
    }
    return count * 1e9 / window.toNanos();
  }

  /** {@return the throughput after the promotion divided by the throughput before it} */
  double gain() {
    return after / before;
  }

  @Override
  public String toString() {
    return String.format(
        "int8 %.2f times as fast alone; float32 %.0f images/s, from 2 s after the promotion %.0f"
            + " images/s, %.2f times as many; %s",
        ratio, before, after, gain(), tally);
  }

  /** Requires that each image has one answer, in order. */
  void requireEachAnswerOnce() {
    assertThat(tally).isEqualTo(new Tally(tally.in(), tally.in(), 0, 0, 0, 0));
    assertThat(tally.in()).isPositive();
  }
}
