package dev.millrace.service.command.demo.board;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.demo.board.Events.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which events are shown. */
class EventsTest {

  private final Events events = new Events();

  @Test
  void pinnedEvent_stays_whileOthersScrollAway() {
    events.add(1, "promoted", Kind.PINNED);
    for (int i = 0; i < 10; i++) {
      events.add(2 + i, "epoch " + i, Kind.PASSING);
    }

    assertThat(texts(4)).containsExactly("promoted", "epoch 7", "epoch 8", "epoch 9");
  }

  @Test
  void manyPinnedEvents_leaveRoomForTheLatestOthers() {
    for (int i = 0; i < 10; i++) {
      events.add(2 * i, "promoted " + i, Kind.PINNED);
      events.add(2 * i + 1, "epoch " + i, Kind.PASSING);
    }

    assertThat(texts(4)).containsExactly("promoted 7", "promoted 8", "promoted 9", "epoch 9");
  }

  @Test
  void fewEvents_areAllShown_inTheirOrder() {
    events.add(1, "a", Kind.PASSING);
    events.add(2, "b", Kind.PINNED);
    events.add(3, "c", Kind.WARNING);

    assertThat(texts(9)).containsExactly("a", "b", "c");
    assertThat(texts(0)).isEmpty();
  }

  private List<String> texts(int lines) {
    return events.latest(lines).stream().map(Events.Event::text).toList();
  }
}
