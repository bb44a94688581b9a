package dev.millrace.service.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how the demo stops its trainer. A script stands in for the trainer. */
class TrainerProcessTest {

  private static final String LAUNCHER = "millrace.launcher";

  /** A trainer that prints 500 events when it receives SIGTERM. */
  private static final String SCRIPT =
      """
      #!/usr/bin/env bash
      trap 'for i in $(seq 500); do echo "{\\"event\\":\\"last\\"}"; done; kill $!; exit 0' TERM
      echo '{"event":"started"}'
      tail -f /dev/null > /dev/null &
      wait
      """;

  @TempDir Path folder;

  private String before;

  @BeforeEach
  void start() throws Exception {
    Path launcher = folder.resolve("launcher");
    Files.writeString(launcher, SCRIPT);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    before = System.setProperty(LAUNCHER, launcher.toString());
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(LAUNCHER);
    } else {
      System.setProperty(LAUNCHER, before);
    }
  }

  @Test
  void close_hearsAllThatIsSaidWhileEnding() throws Exception {
    List<String> heard = new CopyOnWriteArrayList<>();
    CountDownLatch started = new CountDownLatch(1);
    try (TrainerProcess trainer =
        TrainerProcess.start(
            folder,
            event -> {
              heard.add(event.path("event").asText());
              started.countDown();
            })) {
      started.await();
    }

    assertThat(heard).filteredOn("last"::equals).hasSize(500);
  }
}
