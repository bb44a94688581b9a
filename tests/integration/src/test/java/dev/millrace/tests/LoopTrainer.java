package dev.millrace.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A trainer that learns from topics, in a process of its own. Not thread-safe. */
final class LoopTrainer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(200);

  private final MillraceProcess process;
  private int rounds;

  private LoopTrainer(MillraceProcess process) {
    this.process = process;
  }

  /** Starts {@code millrace train --json} with these options. */
  static LoopTrainer start(Path folder, List<Object> options) throws IOException {
    List<Object> command = new ArrayList<>(List.of("train", "--json"));
    command.addAll(options);
    return new LoopTrainer(MillraceProcess.start(folder, "", command.toArray()));
  }

  /** Waits until the next round has begun. */
  void awaitBegin() {
    await("began", rounds + 1);
  }

  /** Waits until the next round has ended with a verdict, and returns the verdict. */
  JsonNode awaitVerdict() {
    rounds++;
    await("judged", rounds);
    return events("judged").get(rounds - 1).get("verdict");
  }

  private void await(String event, int count) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(POLL)
        .until(
            () -> {
              assertThat(process.isAlive()).as(warnings()).isTrue();
              return events(event).size() >= count;
            });
  }

  /** Returns all events of a kind that the trainer has printed so far. */
  List<JsonNode> events(String event) {
    try {
      String output = process.output();
      List<JsonNode> events = new ArrayList<>();
      for (String line : output.substring(0, output.lastIndexOf('\n') + 1).lines().toList()) {
        JsonNode node = JSON.readTree(line);
        if (node.get("event").textValue().equals(event)) {
          events.add(node);
        }
      }
      return events;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns all warnings of the trainer so far. */
  String warnings() {
    try {
      return process.errors();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.close();
  }
}
