package dev.millrace.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ParentTest {

  private final CountDownLatch halted = new CountDownLatch(1);
  private final PipedOutputStream out = new PipedOutputStream();

  private Parent parent(Duration patience) throws Exception {
    return new Parent(new PipedInputStream(out), patience, halted::countDown);
  }

  @Test
  void linesAreHeard_untilTheInputIsClosed() throws Exception {
    Parent parent = parent(Duration.ofHours(1));
    out.write("begin\nstop\n".getBytes(StandardCharsets.UTF_8));
    out.close();

    assertThat(parent.next()).isEqualTo("begin");
    assertThat(parent.next()).isEqualTo("stop");
    assertThat(parent.next()).isNull();
    assertThat(parent.next()).isNull();
    assertThat(halted.getCount()).isEqualTo(1);
  }

  @Test
  void closedInput_haltsAProcessThatHearsNothing() throws Exception {
    parent(Duration.ofMillis(1));
    assertThat(halted.getCount()).isEqualTo(1);

    out.close();

    assertThat(halted.await(30, TimeUnit.SECONDS)).isTrue();
  }
}
