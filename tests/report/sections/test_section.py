from kowairo.report.sections.section import Section, facts_list, figure_box, folded


def test_a_section_is_labelled_by_its_escaped_heading():
    text = Section("one", "A & B", "<p>x</p>").html()
    assert 'aria-labelledby="h-one"' in text
    assert ">A &amp; B</h2><p>x</p>" in text


def test_a_figure_box_has_a_text_for_those_who_do_not_see_it():
    box = figure_box("det", caption="DET", alt='two "curves"', shape="det")
    assert 'role="img" aria-label="two &quot;curves&quot;"' in box
    assert 'data-figure="det"' in box


def test_facts_and_summaries_are_escaped():
    assert "<dt>a&lt;</dt><dd>&gt;b</dd>" in facts_list({"a<": ">b"})
    assert folded("<more>", "<p></p>") == "<details><summary>&lt;more&gt;</summary><p></p></details>"
