package dev.millrace.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {

  private static Optional<String> group(String pattern, String key) {
    return new Split(0.2, Optional.of(Pattern.compile(pattern))).groupOf(key);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void heldOutShare_thatLeavesAPartEmpty_isRefused(double share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Split(share))
        .withMessage("held-out: " + share + " must be above 0 and below 1");
  }

  @Test
  void group_isTheFirstCapturingGroup_orTheWholeMatch() {
    assertThat(group("(p[0-9]+)_", "cat/p7_1.jpg")).contains("p7");
    assertThat(group("p[0-9]+_", "cat/p7_1.jpg")).contains("p7_");
    assertThat(group("p[0-9]+", "cat/1.jpg")).isEmpty();
    assertThat(new Split(0.2).groupOf("cat/p7_1.jpg")).isEmpty();
  }

  /** The image would otherwise silently be in no group. */
  @Test
  void group_isTheWholeMatch_ifTheFirstCapturingGroupTakesNoPart() {
    assertThat(group("(p[0-9]+)|scan", "cat/scan_1.jpg")).contains("scan");
    assertThat(group("(p[0-9]+)|(q[0-9]+)", "cat/q7_1.jpg")).contains("q7");
  }
}
