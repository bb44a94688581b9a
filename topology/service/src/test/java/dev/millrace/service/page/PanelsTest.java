package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PanelsTest {

  private final Panels panels = new Panels();

  @Test
  void onlyWhatHasChanged_isReturned() throws Exception {
    panels.put("a", Map.of("x", 1));
    panels.put("b", List.of());
    List<Panels.Panel> all = panels.changedSince(0, 0);
    assertThat(all).extracting(Panels.Panel::json).containsExactly("{\"x\":1}", "[]");

    panels.put("a", Map.of("x", 1));
    assertThat(panels.changedSince(all.get(1).revision(), 0)).isEmpty();

    panels.put("a", Map.of("x", 2));
    assertThat(panels.changedSince(all.get(1).revision(), 0))
        .extracting(Panels.Panel::json)
        .containsExactly("{\"x\":2}");
  }

  @Test
  void aChange_andTheEnd_wakeAWait() throws Exception {
    CompletableFuture<List<Panels.Panel>> change = waiting(0);
    panels.put("a", 1);
    assertThat(change.get(20, TimeUnit.SECONDS)).hasSize(1);

    CompletableFuture<List<Panels.Panel>> end = waiting(1);
    panels.close();
    assertThat(end.get(20, TimeUnit.SECONDS)).isEmpty();
    assertThat(panels.isClosed()).isTrue();
  }

  private CompletableFuture<List<Panels.Panel>> waiting(long seen) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return panels.changedSince(seen, 60_000);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
