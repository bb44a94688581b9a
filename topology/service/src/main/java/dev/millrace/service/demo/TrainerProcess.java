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
 * {@code millrace train} beside the demo, in a process of its own, as one would run it. Closing it
 * stops it.
 */
public final class TrainerProcess implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Where the launcher says that it is. */
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
   * Starts it.
   *
   * @param folder for its run and its errors
   * @param events is handed what it tells, on a thread of its own
   * @param options of {@code millrace train}
   */
  public static TrainerProcess start(Path folder, Consumer<JsonNode> events, Object... options)
      throws IOException {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher == null) {
      throw new TrainingException(
          "the demo's trainer is started by the launcher; start the demo by it, too");
    }
    List<String> command = new ArrayList<>(List.of(launcher, "train", "--json"));
    // A demo that is killed cannot stop it.
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
   * Waits for the first version.
   *
   * @return false if it takes longer than so many milliseconds
   * @throws TrainingException if it has failed
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
   * Stops it, and returns when it has ended. Its handle does so, because the process itself would
   * also close the pipe that the reader may be reading.
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
