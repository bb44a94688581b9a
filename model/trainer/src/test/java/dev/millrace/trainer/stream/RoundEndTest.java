package dev.millrace.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.Gate;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundEndTest {

  private static final List<String> CLASSES = List.of("cat", "dog");
  private static final Gate.Restart AFTER_THREE = new Gate.Restart(3, false);
  private static final Gate.Restart ALWAYS = new Gate.Restart(3, true);

  @Test
  void roundThatWasPromoted_isGoneOnFrom() {
    RoundEnd end = new RoundEnd(CLASSES, 7, true, 5, 7, 0);

    assertThat(end.leave(7, AFTER_THREE)).isEmpty();
    assertThat(end.leave(7, ALWAYS)).isEmpty();
  }

  @Test
  void rollbackAfterThePromotion_startsFromTheOlderVersion() {
    RoundEnd end = new RoundEnd(CLASSES, 7, true, 5, 7, 0);

    assertThat(end.leave(4, AFTER_THREE)).contains("another writer has promoted it");
    assertThat(end.leave(5, AFTER_THREE)).contains("another writer has promoted it");
  }

  @Test
  void versionOfAnotherWriter_isStartedFrom() {
    assertThat(new RoundEnd(CLASSES, 7, true, 5, null, 1).leave(6, AFTER_THREE)).isPresent();
    assertThat(new RoundEnd(CLASSES, 7, true, null, null, 1).leave(6, AFTER_THREE)).isPresent();
  }

  @Test
  void refusedRounds_leadBackToTheChampion() {
    assertThat(new RoundEnd(CLASSES, 7, true, 5, null, 2).leave(5, AFTER_THREE)).isEmpty();
    assertThat(new RoundEnd(CLASSES, 7, true, 5, null, 3).leave(5, AFTER_THREE))
        .contains("3 rounds in a row were not promoted");
    assertThat(new RoundEnd(CLASSES, 7, true, 5, null, 1).leave(5, ALWAYS)).isPresent();
  }

  /** An older release did not read the champion, or no broker answered. */
  @Test
  void roundWhoseChampionIsNotKnown_isGoneOnFrom() {
    assertThat(new RoundEnd(CLASSES, 7, false, null, null, 1).leave(6, AFTER_THREE)).isEmpty();
    assertThat(new RoundEnd(CLASSES, 7, false, null, null, 3).leave(6, AFTER_THREE)).isPresent();
  }
}
