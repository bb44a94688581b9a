package dev.millrace.tests.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.KafkaVersions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kills a topology with the plugin, for each supported version of Kafka Streams except the version
 * of the build, which {@link CrashSuite} tests. The topology runs with the classes of the tested
 * version, and the broker has the version of the build. Runs only with the profile {@code nightly}:
 *
 * <pre>
 * ./mvnw -Pnightly -Dnightly=kafka -Dtest=KafkaVersionsSuite \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dquick verify
 * </pre>
 *
 * <p>Each case writes its row to {@code tests/integration/target/kafka}. At the end, the suite
 * prints the table of all rows, as the plugin's page shows it. {@code -Dcrash.strikes=N} sets
 * another number of kills for each case.
 */
@Tag("nightly")
@Tag("kafka")
class KafkaVersionsSuite {

  private static final int KILLS = 8;

  private static final CaseRows ROWS =
      new CaseRows(
          Path.of("target", "kafka"),
          """
          | Kafka Streams | guarantee | group protocol | kills | in | out | lost | doubled | out of order |
          |---|---|---|---|---|---|---|---|---|
          """);

  @TempDir Path folder;

  /** The protocol {@code streams} is generally available from version 4.2 on (KIP-1071). */
  static Stream<CrashCase> cases() {
    return KafkaVersions.others().stream()
        .flatMap(
            version ->
                Stream.of("at_least_once", "exactly_once_v2")
                    .flatMap(
                        guarantee ->
                            (KafkaVersions.isOlder(version, "4.2")
                                    ? Stream.of("classic")
                                    : Stream.of("classic", "streams"))
                                .map(
                                    protocol ->
                                        new CrashCase(
                                            Disturbance.KILL,
                                            guarantee,
                                            protocol,
                                            Optional.of(version)))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void killedTopology_keepsItsGuarantee(CrashCase what) throws Exception {
    int kills = Integer.getInteger("crash.strikes", KILLS);

    Tally tally = CrashRun.of(what, kills, Timings.LONG, folder, System.nanoTime());

    ROWS.add(what, row(what, kills, tally));
    assertThat(tally.wrong()).isZero();
    assertThat(tally.lost()).isZero();
    assertThat(tally.outOfOrder()).isZero();
    if (what.isExactlyOnce()) {
      assertThat(tally.doubled()).isZero();
    }
  }

  private static String row(CrashCase what, int kills, Tally tally) {
    return String.format(
        "| %s | %s | %s | %d | %,d | %,d | %d | %d | %d |%n",
        what.kafka().orElseThrow(),
        what.guarantee(),
        what.protocol(),
        kills,
        tally.in(),
        tally.out(),
        tally.lost(),
        tally.doubled(),
        tally.outOfOrder());
  }

  @AfterAll
  static void printTable() throws IOException {
    System.out.print(ROWS.table(cases()));
  }
}
