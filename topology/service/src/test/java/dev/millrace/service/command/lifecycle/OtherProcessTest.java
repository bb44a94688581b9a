package dev.millrace.service.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class OtherProcessTest {

  @Test
  void killedProcess_isNoticed() throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    CountDownLatch ended = new CountDownLatch(1);
    OtherProcess.onExit(other.pid(), ended::countDown);
    assertThat(ended.getCount()).isEqualTo(1);

    other.destroyForcibly();

    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void processThatIsGone_isNoticedAtOnce() throws Exception {
    Process other = new ProcessBuilder("true").start();
    other.waitFor();
    CountDownLatch ended = new CountDownLatch(1);

    OtherProcess.onExit(other.pid(), ended::countDown);

    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
