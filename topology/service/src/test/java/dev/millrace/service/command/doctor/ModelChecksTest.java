package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.service.command.RandomModel;
import dev.millrace.service.command.doctor.Finding.State;
import dev.millrace.service.command.options.ParsedOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the findings about the models of a repository. */
class ModelChecksTest {

  @TempDir Path folder;
  private Path repository;

  @BeforeEach
  void makeRepository() throws IOException {
    repository = Files.createDirectories(folder.resolve("models"));
  }

  @Test
  void modelThatAnswers_isOk() throws IOException {
    RandomModel.publish(repository, "sound");

    assertThat(check(null))
        .containsExactly(Finding.ok("model sound", "version 1 answers, 32x32 pixels, 10 classes"));
  }

  @Test
  void brokenModel_isMissing_andTheOthersAreCheckedNonetheless() throws IOException {
    RandomModel.publish(repository, "broken");
    RandomModel.publish(repository, "sound");
    Files.write(repository.resolve("broken/1/model.onnx"), new byte[9]);

    assertThat(check(null))
        .extracting(Finding::check, Finding::state)
        .containsExactly(tuple("model broken", State.MISSING), tuple("model sound", State.OK));
    assertThat(check("sound")).extracting(Finding::check).containsExactly("model sound");
    assertThat(check("broken"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.detail()).contains("is corrupt"));
  }

  @Test
  void modelThatIsNotThere_isMissing() {
    assertThat(check("other"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.check()).isEqualTo("model other");
              assertThat(finding.isFailure()).isTrue();
            });
  }

  @Test
  void emptyRepository_lacksAModel() {
    assertThat(check(null))
        .containsExactly(
            Finding.missing(
                "model",
                "there is none in " + repository + "; publish one with 'millrace models import'"));
  }

  private List<Finding> check(String model) {
    return ModelChecks.of(ParsedOptions.repository(repository), model);
  }
}
