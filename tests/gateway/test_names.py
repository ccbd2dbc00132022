"""Names written in many ways find each other, and those of other people do not (`gateway.names`)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.names import LONGEST, search_key
from gateway.runtime import Runtime

# Two ways to write one name, or names that people take for one.
ALIKE = """
रमेश Ramesh | रमेश Ramess | রমেশ Ramesh | ਰਮੇਸ਼ रमेश | લક્ષ્મી Lakshmi | लक्ष्मी Laxmi
লক্ষ্মী Lakshmi | Lakshmi Laxmi | देवी Devi | দেবী Debi | Devi Debi | मण्डल Mondal | মণ্ডল Mandal
محمد Mohammed | محمد Muhammad | Mohd Mohammed | Md Muhammad | मोहम्मद Mohammed
মোহাম্মদ Mohammad | Mohamed Muhammed | Ahmed Ahmad | احمد अहमद | अहमद Ahmed | فاطمہ Fatima
फ़ातिमा Fatima | Fatuma Fatima | Fatimah Fatema | Hussain Hussein | Hossain Husain
हुसैन Hussain | حسین Hussain | Yusuf Yousuf | यूसुफ़ Yusuf | Usman Osman | उस्मान Usman
Omar Umar | Aisha Ayesha | आयशा Ayesha | عائشہ Aisha | सिंह Singh | ਸਿੰਘ Singh | সিং Singh
कमला Kamala | Kamla Kamala | কমলা Kamla | கமலா Kamala | कमलेश Kamlesh | जानकी Janki
Janki Janaki | सीता Seeta | সীতা Sita | Sita Seeta | सुनील Suneel | Sunil Suneel | दिलीप Dilip
Dilip Deelip | प्रदीप Pradeep | প্রদীপ Prodip | Prodip Pradip | যাদব Yadav | यादव Jadav
विकास Vikas | বিকাশ Bikash | Vikas Bikash | विजय Vijay | বিজয় Bijoy | Bijoy Vijay | सौरभ Saurabh
সৌরভ Sourav | राजेन्द्र Rajendra | Rajender Rajinder | Rajendra Rajinder | सुरेंद्र Surinder
कृष्ण Krishna | কৃষ্ণ Krishna | Kishan Krishna | चौधरी Chaudhary | Chowdhury Chaudhari
চৌধুরী Chowdhury | Choudhury Chowdhury | संजय Sanjay | Sanjay Sanjai | ज्ञान Gyan
आंबेडकर Ambedkar | अशोक Ashok | শ্যামল Shyamal | Shyamol Shyamal | चक्रवर्ती Chakravarti
চক্রবর্তী Chakraborty | Chakraborty Chakravarty | शर्मा Sharma | वर्मा Verma | मिश्रा Mishra
गुप्ता Gupta | कुमार Kumar | কুমার Kumaar | Rehman Rahman | रहमान Rehman | মৌসুমী Mousumi
अमृता Amrita | Zainab Zaynab | ज़ैनब Zainab | زینب Zeinab | Ibrahim Ebrahim | इब्राहिम Ibraheem
Ọláwálé Olawale | Wanjikũ Wanjiku | Kĩmani Kimani | Ng'ang'a Nganga | Achieng' Achieng
Tumusiime Tumusime | Okello Okelo | Kizza Kiza | Mugisha Mugisa | Abdullah Abdulla | अब्दुल Abdul
Suleiman Sulaiman | Amina Aminah | Nakato Nakatto | Priya Pria | प्रिया Priya | माया Maya
नारायण Narayan | Narain Narayan | Khatoon Khatun | খাতুন Khatun | بیگم Begum | बेगम Begum
Shekh Sheikh | शेख Sheikh | শেখ Sheikh | Jyoti Jyothi | ज्योति Jyoti | Pawan Pavan | पवन Pawan
Parvati Parbati | पार्वती Parvati | सरस्वती Saraswati | भगवती Bhagwati | Bhagavati Bhagwati
Phool Fool | फूल Phool | Banerjee Banerji | মুখার্জী Mukherjee | मुखर्जी Mukherjee
Biswas Vishwas | বিশ্বাস Biswas | Subrata Subroto | Muhammadu Mohammed | नज़ीर Nazir
نذیر Nazeer
"""
# Names of different people.
OTHERS = """
Sita Gita | Ramesh Rakesh | Ramesh Rajesh | Suresh Naresh | Otieno Atieno | Ochieng Achieng
Anita Sunita | Kamal Kamla | Mohan Sohan | Rina Mina | Ravi Rani | Asha Usha | Gopal Gopi
Meena Meera | Hasan Husain | Sunil Sushil | Dinesh Ganesh | Wambui Wanjiru | Kamau Kimani
Lata Rita | Pooja Puneet | रमा रीमा | सीता गीता | Bashir Nasir | Ahmad Hamid | Radha Rekha
Nakato Babirye | Chidi Chike | Mahmood Mohammed | Rajendra Mahendra | Umar Amar | Hamida Mohammed
"""
CLOSE_ENOUGH = 0.6  # pg_trgm.word_similarity_threshold: what the search takes for a hit


def pairs(table: str) -> list[tuple[str, str]]:
    found = [tuple(each.split(" ")) for line in table.strip().splitlines() for each in line.split(" | ")]
    return [(first, second) for first, second in found]


@pytest.mark.parametrize(("one", "other"), pairs(ALIKE))
def test_ways_to_write_one_name_are_looked_up_alike(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


def test_names_of_different_people_do_not_find_each_other(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        for one, other in pairs(OTHERS):
            alike = select(func.word_similarity(search_key(one), search_key(other)))
            assert unit.db.scalars(alike).one() < CLOSE_ENOUGH, (one, other)


def test_there_are_many_pairs_of_both_kinds() -> None:
    assert len(pairs(ALIKE)) >= 60
    assert len(pairs(OTHERS)) >= 20


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", ""),
        ("  ", ""),
        ("...", ""),
        ("٣", "3"),
        ("Booth 12", "but 12"),
        ("Sita Devi", "sita debi"),
        ("सीता देवी", "sita debi"),
        ("x" * 900, "ks"),
    ],
)
def test_key_holds_words_and_digits_only(name: str, key: str) -> None:
    assert search_key(name)[: len(key)] == key
    assert len(search_key(name)) <= LONGEST
