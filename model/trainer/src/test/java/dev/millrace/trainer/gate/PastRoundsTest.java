package dev.millrace.trainer.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.core.repository.RemoteVersions;
import dev.millrace.core.training.Verdict;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastRoundsTest {

  @TempDir private Path folder;

  private static Path manifest(ModelVersion version) {
    return version.modelFile().resolveSibling(ModelManifest.FILE_NAME);
  }

  private static Verdict refused(Integer champion, int round) {
    return new Verdict(
        false, "", 512, 0.5, champion, champion == null ? null : 0.5, 0, 0, 1, round, 0.01);
  }

  @Test
  void manifestThatCannotBeUsed_isNotCounted_andNamedOnce() throws IOException {
    GateRig rig = new GateRig(folder);
    rig.publish(refused(null, 1));
    rig.publish(refused(1, 1));
    Path foreign = manifest(rig.publish(refused(1, 2)));
    Files.writeString(foreign, Files.readString(foreign).replace("\"small\"", "\"other\""));
    Path cut = manifest(rig.publish(refused(1, 3)));
    Files.writeString(cut, Files.readString(cut).substring(0, 50));
    PastRounds past = rig.past();

    assertThat(past.next(1)).isEqualTo(2);
    assertThat(past.next(1)).isEqualTo(2);
    assertThat(past.before(4)).isZero();
    assertThat(rig.warnings).hasSize(2);
    assertThat(rig.warnings.get(0))
        .startsWith(
            "the gate cannot read whether small version 4 was compared with the champion, and does"
                + " not count it: "
                + cut);
    assertThat(rig.warnings.get(1)).contains("version 3", "belongs to other version 3");
  }

  /** Each comparison has to be published, because a run always publishes. */
  @Test
  void candidateBesideABrokenManifest_isJudged() throws IOException {
    GateRig rig = new GateRig(folder);
    rig.alias.serve(rig.publish(number -> number < GateRig.IMAGES / 2).version());
    Files.writeString(manifest(rig.publish(refused(1, 1))), "{\"name\": \"sma");

    assertThat(rig.gate(0).judge(rig.session(number -> true)).blessed()).isTrue();
    assertThat(rig.warnings).singleElement().asString().contains("version 2", "is not a manifest");
  }

  /** The count would begin anew, and a candidate could be promoted too easily. */
  @Test
  void repositoryThatIsAway_isWaitedFor() {
    RemoteVersions away =
        (RemoteVersions)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {RemoteVersions.class},
                (self, method, arguments) ->
                    switch (method.getName()) {
                      case "place" -> "s3://models";
                      case "versions" -> List.of(1);
                      default -> throw new RemoteAwayException("nobody answers", null);
                    });
    List<String> warnings = new ArrayList<>();
    ModelRepository repository = new RemoteModelRepository(away, folder, warnings::add);
    PastRounds past = new PastRounds(repository, "small", warnings::add);

    assertThatThrownBy(() -> past.next(null))
        .isInstanceOf(ModelException.class)
        .hasMessageEndingWith("(nobody answers); try again later");
    assertThat(warnings).isEmpty();
  }
}
