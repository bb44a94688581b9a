package dev.millrace.service.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.core.training.TrainingException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs {@code millrace train} for the demo, in a process of its own, as a user would run it. {@link
 * #close} stops the process.
 */
public final class TrainerProcess implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The system property with the launcher's path, which the launcher sets. */
  private static final String LAUNCHER = "millrace.launcher";

  private static final long PATIENCE_SECONDS = 10;

  private final Process process;
  private final Path errors;
  private final Consumer<JsonNode> events;
  private final CountDownLatch firstPromotion = new CountDownLatch(1);
  private final Thread reader = new Thread(this::read, "demo-trainer");

  private TrainerProcess(Process process, Path errors, Consumer<JsonNode> events) {
    this.process = process;
    this.errors = errors;
    this.events = events;
  }

  /**
   * Starts the trainer.
   *
   * @param folder folder of the trainer's error log
   * @param events receives the trainer's events, on a thread of its own
   * @param options options of {@code millrace train}
   * @return the trainer, which the caller closes
   * @throws IOException if the process cannot be started
   * @throws TrainingException if the launcher did not start this JVM
   */
  public static TrainerProcess start(Path folder, Consumer<JsonNode> events, Object... options)
      throws IOException {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher == null) {
      throw new TrainingException(
          "the demo starts its trainer with the launcher; start the demo with ./millrace, too");
    }
    List<String> command = new ArrayList<>(List.of(launcher, "train", "--json"));
    // With --parent, the trainer ends when the demo ends. A killed demo could not stop its trainer.
    command.addAll(List.of("--parent", Long.toString(ProcessHandle.current().pid())));
    for (Object option : options) {
      command.add(option.toString());
    }
    Path errors = folder.resolve("trainer.log");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(errors.toFile())
            .start();
    TrainerProcess trainer = new TrainerProcess(process, errors, events);
    trainer.reader.setDaemon(true);
    trainer.reader.start();
    return trainer;
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = JSON.readTree(line);
        events.accept(event);
        if (event.path("event").asText().equals("promoted")) {
          firstPromotion.countDown();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      firstPromotion.countDown();
    }
  }

  /**
   * Waits until the trainer has promoted its first version, or has ended.
   *
   * @param milliseconds the longest wait, in milliseconds
   * @return false if the trainer has done neither within this time, otherwise true
   * @throws InterruptedException if the thread is interrupted
   * @throws IOException if the trainer's error log cannot be read
   * @throws TrainingException if the trainer has failed
   */
  public boolean awaitFirstVersion(long milliseconds) throws InterruptedException, IOException {
    if (!firstPromotion.await(milliseconds, TimeUnit.MILLISECONDS)) {
      return false;
    }
    if (!process.isAlive() && process.exitValue() != 0) {
      throw new TrainingException("the demo's trainer failed: " + Files.readString(errors).strip());
    }
    return true;
  }

  /**
   * Stops the trainer, and returns when its process has ended. Sends the signal through the {@link
   * ProcessHandle}, because {@link Process#destroy} would also close the pipe from which the reader
   * thread may be reading.
   */
  @Override
  public void close() {
    ProcessHandle handle = process.toHandle();
    handle.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        handle.destroyForcibly();
      }
      reader.join();
    } catch (InterruptedException e) {
      handle.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
