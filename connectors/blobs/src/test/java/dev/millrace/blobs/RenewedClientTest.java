package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests with clients that are numbers: the first client is 1. */
class RenewedClientTest {

  private final AtomicInteger opened = new AtomicInteger();
  private final List<Integer> closed = new ArrayList<>();
  private final RenewedClient<Integer> client =
      new RenewedClient<>(opened::incrementAndGet, closed::add);

  private int current() throws IOException {
    return client.send(() -> false, number -> number);
  }

  @Test
  void clientThatWorks_isKept() throws IOException {
    assertThat(current()).isEqualTo(1);
    assertThatThrownBy(
            () ->
                client.send(
                    () -> false,
                    number -> {
                      throw new IOException("the server is away");
                    }))
        .hasMessage("the server is away");
    assertThat(current()).isEqualTo(1);
    assertThat(closed).isEmpty();
  }

  @Test
  void error_replacesTheClient() throws IOException {
    assertThatThrownBy(
            () ->
                client.send(
                    () -> false,
                    number -> {
                      throw new OutOfMemoryError("the heap is full");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(closed).containsExactly(1);
    assertThat(current()).isEqualTo(2);
  }

  private void fail(boolean aborted) {
    assertThatThrownBy(
            () ->
                client.send(
                    () -> aborted,
                    number -> {
                      throw new IllegalStateException("Connection pool shut down");
                    }))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void clientThatIsClosed_isReplaced() throws IOException {
    fail(false);
    assertThat(closed).containsExactly(1);
    assertThat(current()).isEqualTo(2);
  }

  @Test
  void requestThatWasAborted_doesNotReplaceTheClient() throws IOException {
    fail(true);
    assertThat(closed).isEmpty();
    assertThat(current()).isEqualTo(1);
  }

  @Test
  void close_closesTheLastClient_andOpensNoOther() {
    fail(false);
    fail(false);
    client.close();
    assertThat(closed).containsExactly(1, 2);
    assertThatThrownBy(this::current).isInstanceOf(IOException.class);
    assertThat(opened).hasValue(2);
  }
}
