package io.quorate.server.members;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A change of members can be told in a line. */
class ChangeTextTest {

    @Test
    void whateverChangesIsNamed() {
        MemberId member = new MemberId(0xabc);
        MemberChange.Together together = new MemberChange.Together(
                new TreeSet<>(),
                new TreeSet<>(),
                List.of(
                        new MemberChange.Remove(member),
                        new MemberChange.Promote(member),
                        new MemberChange.Add(member, List.of("http://h:1", "http://h:2"), false),
                        new MemberChange.Add(member, List.of("http://h:1"), true),
                        new MemberChange.Add(member, List.of("http://h:1"), true, true),
                        new MemberChange.Update(member, List.of("http://h:3")),
                        new MemberChange.Prefer(member, 7)));
        assertThat(ChangeText.of(new MemberChange.Step(12, together)))
                .isEqualTo(
                        "remove abc, promote abc, add abc at http://h:1 http://h:2, add abc as a learner at http://h:1,"
                                + " add abc as a witness at http://h:1, move abc to http://h:3, prefer abc by 7, for operation 12");
        assertThat(ChangeText.of(new MemberChange.Together(new TreeSet<>(), new TreeSet<>(), List.of())))
                .isEqualTo("nothing");
    }
}
