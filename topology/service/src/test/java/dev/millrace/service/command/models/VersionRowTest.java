package dev.millrace.service.command.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.evaluation.Proportion;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VersionRowTest {

  private static final Instant NOW = Instant.parse("2026-01-03T00:00:00Z");

  @Test
  void version_hasItsAccuracyAndAge() {
    VersionRow row =
        new VersionRow(3, "2026-01-01T00:00:00Z", 0.915, null, null, "32x32", 10, null, null, null);

    assertThat(row.cells("m", NOW))
        .containsExactly(
            "m", "3", "91.50 %, number of images unknown", "2 days", "32x32", "10", "");
    assertThat(row.with(true, 2).cells("m", NOW))
        .last()
        .isEqualTo("promoted, served by 2 instances");
    assertThat(row.with(false, 0).cells("m", NOW)).last().isEqualTo("");
  }

  @Test
  void measuredVersion_hasItsIntervalAndItsImages() {
    VersionRow row =
        new VersionRow(
            3, "2026-01-01T00:00:00Z", 1.0, Proportion.of(3, 3), 3, "32x32", 10, null, null, null);

    assertThat(row.cells("m", NOW)).contains("100.00 % (43.9 to 100.0) of 3");
  }

  @Test
  void versionThatCannotBeRead_saysWhy() {
    VersionRow row =
        new VersionRow(3, null, null, null, null, null, null, null, null, "no manifest");

    assertThat(row.with(true, 1).cells("m", NOW)).last().isEqualTo("cannot be read: no manifest");
  }
}
