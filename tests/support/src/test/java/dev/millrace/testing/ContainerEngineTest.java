package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class ContainerEngineTest {

  @Test
  void missingEngine_skipsTheTest() {
    assertThatThrownBy(() -> ContainerEngine.require(false, false, "no engine answers"))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage("skipped: no engine answers");
  }

  @Test
  void missingEngineThatIsRequired_failsTheTest() {
    assertThatThrownBy(() -> ContainerEngine.require(false, true, "no engine answers"))
        .isInstanceOf(AssertionFailedError.class)
        .hasMessage("MILLRACE_REQUIRE_DOCKER is true, but no engine answers");
  }

  @Test
  void engineThatAnswers_isEnough() {
    ContainerEngine.require(true, true, "no engine answers");
  }
}
