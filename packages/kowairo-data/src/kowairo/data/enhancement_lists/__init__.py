"""Lists that enhancement nets are trained and tested on: single lines, triplets, pairs of sessions, trials.

Four text files, columns parted by blanks, as Speaker Embedding Enhancement (proj_2022NC, 2022) has them:

| list | columns | used by |
| --- | --- | --- |
| normal | `ID FILE` | losses over single lines |
| triplet | `ID FILE OTHER_ID` | MyTripletCosine |
| distribution | `ID FILE1 FILE2 SAME_SESSION_FLAG` | DomainAdaptationCosine, DomainAdaptationMSE |
| test | `SAME_SPEAKER_FLAG FILE1 FILE2` | EER |
"""

from kowairo.data.enhancement_lists.distribution_list import DistributionList as DistributionList
from kowairo.data.enhancement_lists.distribution_list import make_distribution_list as make_distribution_list
from kowairo.data.enhancement_lists.file_rows import file_rows as file_rows
from kowairo.data.enhancement_lists.file_rows import listed_trials as listed_trials
from kowairo.data.enhancement_lists.list_source import ListSource as ListSource
from kowairo.data.enhancement_lists.list_source import speakers_by_path as speakers_by_path
from kowairo.data.enhancement_lists.normal_list import NormalList as NormalList
from kowairo.data.enhancement_lists.normal_list import make_normal_list as make_normal_list
from kowairo.data.enhancement_lists.trial_list import make_test_list as make_test_list
from kowairo.data.enhancement_lists.trial_list import write_test_list as write_test_list
from kowairo.data.enhancement_lists.triplet_list import TripletList as TripletList
from kowairo.data.enhancement_lists.triplet_list import make_triplet_list as make_triplet_list
from kowairo.data.enhancement_lists.write_lists import LIST_FILES as LIST_FILES
from kowairo.data.enhancement_lists.write_lists import ListFile as ListFile
from kowairo.data.enhancement_lists.write_lists import ListRules as ListRules
from kowairo.data.enhancement_lists.write_lists import write_lists as write_lists

__all__ = [
    "LIST_FILES",
    "DistributionList",
    "ListFile",
    "ListRules",
    "ListSource",
    "NormalList",
    "TripletList",
    "file_rows",
    "listed_trials",
    "make_distribution_list",
    "make_normal_list",
    "make_test_list",
    "make_triplet_list",
    "speakers_by_path",
    "write_lists",
    "write_test_list",
]
